import type { EndpointPoolState } from '@fairlead/gateway'
import type { SecretKeyRef, Snapshot } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { Listeners } from '../listeners.ts'
import { ConfigurationReceiver } from '../worker/configuration-receiver.ts'
import type { ConfigurationChange } from '../worker-messages/messages.ts'
import { ConfigurationSender } from './configuration-sender.ts'
import { PublishedConfiguration } from './published-configuration.ts'

const ref = (name: string): SecretKeyRef => ({ namespace: 'default', name, key: 'api-key' })
const provider = (name: string) => ({
  namespace: 'default',
  name,
  credentials: [{ name: 'main', secret: ref(name), weight: 1 }],
})
const consumer = (name: string) => ({
  namespace: 'default',
  name,
  apiKeys: [
    { name: 'a', source: { secret: ref(name) } },
    { name: 'b', source: { sha256: 'f00' } },
  ],
})

function bench() {
  const fail = (error: unknown) => {
    throw error
  }
  const listeners = new Listeners(fail)
  const values = new Map<string, string>()
  const pools = new Map<string, EndpointPoolState>()
  const state: { snapshot: Snapshot | undefined } = { snapshot: undefined }
  const subscribe = (listener: () => void) => listeners.add(listener)
  const published = new PublishedConfiguration(
    {
      snapshots: { current: () => state.snapshot, subscribe },
      secrets: { get: ({ name }) => values.get(name), subscribe },
      endpointPools: { get: ({ name }) => pools.get(name), subscribe },
    },
    { snapshot: () => sender.changed(), other: () => sender.changed() },
  )
  const sent: ConfigurationChange[] = []
  const sender: ConfigurationSender = new ConfigurationSender(
    () => published.current,
    (message) => {
      if (message.type === 'configuration') sent.push(message.change)
    },
  )
  const receiver = new ConfigurationReceiver(fail)
  return {
    sent,
    receiver,
    sender,
    values,
    pools,
    publish: (providers: readonly object[], consumers: readonly object[] = []) => {
      const map = new Map(providers.map((one) => [(one as { name: string }).name, one]))
      state.snapshot = { hash: String(sent.length), providers: map, consumers } as never
      listeners.notify()
    },
    changeSecrets: () => listeners.notify(),
    /** The worker gets what was sent last, and acknowledges it. */
    deliver: () => {
      receiver.receive(structuredClone(sent.at(-1) as ConfigurationChange))
      sender.acknowledged()
    },
  }
}

describe('the configuration of a worker', () => {
  it('comes with the Secrets that it refers to, and no others', () => {
    const { publish, values, sent, receiver, deliver } = bench()
    for (const name of ['up', 'app', 'other']) values.set(name, `value of ${name}`)
    publish([provider('up')], [consumer('app')])
    deliver()
    expect(receiver.snapshots.current()?.consumers).toHaveLength(1)
    expect(receiver.secrets.get(ref('up'))).toBe('value of up')
    expect(receiver.secrets.get(ref('app'))).toBe('value of app')
    expect(JSON.stringify(sent)).not.toContain('value of other')
  })

  it('comes with the certificates and keys of TLS, and their changes', () => {
    const { publish, values, receiver, changeSecrets, deliver } = bench()
    for (const name of ['ca', 'client']) values.set(name, `value of ${name}`)
    const [ca, certificate] = [ref('ca'), { ...ref('client'), key: 'tls.crt' }]
    const key = { ...certificate, key: 'tls.key' }
    const tls = { ca, clientCertificate: { certificate, key }, serverName: undefined }
    publish([{ ...provider('up'), tls }])
    deliver()
    const inForce = () => [ca, certificate, key].map((one) => receiver.secrets.get(one))
    expect(inForce()).toEqual(['value of ca', 'value of client', 'value of client'])
    values.set('ca', 'rotated')
    changeSecrets()
    deliver()
    expect(inForce()[0]).toBe('rotated')
  })

  it('is the newest when the worker is busy, not a queue', () => {
    const { publish, sent, receiver, deliver } = bench()
    publish([provider('a')])
    publish([provider('b')])
    publish([provider('c')])
    expect(sent).toHaveLength(1)
    deliver()
    expect(sent).toHaveLength(2)
    deliver()
    expect([...(receiver.snapshots.current()?.providers.keys() ?? [])]).toEqual(['c'])
    expect(sent).toHaveLength(2)
  })

  it('is not sent again for a Secret that nothing refers to', () => {
    const { publish, values, sent, changeSecrets, deliver, receiver } = bench()
    publish([provider('up')])
    deliver()
    values.set('other', 'x')
    changeSecrets()
    expect(sent).toHaveLength(1)
    values.set('up', 'rotated')
    changeSecrets()
    expect(sent.at(-1)).toEqual({
      snapshot: undefined,
      secrets: [['default/up/api-key', 'rotated']],
      pools: [],
    })
    deliver()
    expect(receiver.secrets.get(ref('up'))).toBe('rotated')
    values.delete('up')
    changeSecrets()
    deliver()
    expect(receiver.secrets.get(ref('up'))).toBeUndefined()
  })

  it('comes with the InferencePools that it names, and their changes', () => {
    const { publish, pools, sent, receiver, changeSecrets, deliver } = bench()
    const named = { namespace: 'default', name: 'llama' }
    const pool: EndpointPoolState = {
      picker: { host: 'picker.default.svc', port: 9002 },
      failureMode: 'FailClose',
      servers: [],
    }
    pools.set('other', { problem: 'of another gateway' })
    publish([{ ...provider('up'), endpointPool: { ...named, picker: {} } }])
    deliver()
    expect(receiver.endpointPools.get(named)).toBeUndefined()
    let changes = 0
    receiver.endpointPools.subscribe(() => {
      changes += 1
    })
    pools.set('llama', pool)
    changeSecrets()
    deliver()
    expect(receiver.endpointPools.get(named)).toEqual(pool)
    expect(changes).toBe(1)
    changeSecrets()
    expect(sent).toHaveLength(2)
    publish([provider('up')])
    deliver()
    expect(receiver.endpointPools.get(named)).toBeUndefined()
    expect(JSON.stringify(sent)).not.toContain('of another gateway')
  })

  it('and its Secrets are in force before anybody is told', () => {
    const { publish, values, receiver, deliver } = bench()
    const seen: unknown[] = []
    const look = () =>
      seen.push([receiver.snapshots.current()?.hash, receiver.secrets.get(ref('up'))])
    receiver.snapshots.subscribe(look)
    receiver.secrets.subscribe(look)
    values.set('up', 'key')
    publish([provider('up')])
    deliver()
    expect(seen).toEqual([
      ['0', 'key'],
      ['0', 'key'],
    ])
  })
})
