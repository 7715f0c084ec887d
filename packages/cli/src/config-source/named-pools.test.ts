import { fileURLToPath } from 'node:url'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { createClient, loadKubeConfig, type Client } from '@fairlead/controller-runtime'
import { silentLogger, systemClock } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'
import { Pod } from '@fairlead/kube-types'
import type { Snapshot } from '@fairlead/snapshot'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { InferencePool } from './inference-pool.ts'
import { NamedPools } from './named-pools.ts'

const definition = fileURLToPath(
  new URL('../../../../test/fixtures/inference-pool-definition.yaml', import.meta.url),
)

let environment: TestEnvironment
let client: Client & { close(): Promise<void> }
let stop: AbortController

beforeAll(async () => {
  environment = await TestEnvironment.start()
  client = createClient(loadKubeConfig({ text: environment.server.kubeconfig() }), {
    logger: silentLogger,
  })
})

afterAll(async () => {
  await client.close()
  await environment.stop()
})

beforeEach(() => {
  stop = new AbortController()
})

afterEach(() => stop.abort())

/** Of a configuration with one provider for each of these pools. */
const naming = (...names: readonly string[]): Snapshot =>
  ({
    providers: new Map(
      names.map((name) => [name, { endpointPool: { namespace: 'default', name } }]),
    ),
  }) as unknown as Snapshot

const llama = { namespace: 'default', name: 'llama' }
const manifest = (name: string, spec: object = {}): KubernetesObject => ({
  apiVersion: 'inference.networking.k8s.io/v1',
  kind: 'InferencePool',
  metadata: { namespace: 'default', name },
  spec: {
    selector: { matchLabels: { app: name } },
    targetPorts: [{ number: 8000 }],
    endpointPickerRef: { name: `${name}-picker`, port: { number: 9002 } },
    ...spec,
  },
})

async function addPod(name: string, app: string, podIP: string): Promise<void> {
  await client.create(Pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name, labels: { app } },
    spec: { containers: [{ name: 'server', image: 'server' }] },
  })
  const status = { phase: 'Running', podIP, conditions: [{ type: 'Ready', status: 'True' }] }
  const patch = { type: 'merge', body: { status } } as const
  await client.subresource('status').patch(Pod, { namespace: 'default', name }, patch)
}

function follow(...names: readonly string[]) {
  const pools = new NamedPools({ client, clock: systemClock, logger: silentLogger })
  const changed = () =>
    new Promise<void>((resolve) => {
      const end = pools.subscribe(() => {
        end()
        resolve()
      })
    })
  /** Waits until the pool is as expected. */
  const becomes = async (expected: object) => {
    for (;;) {
      const next = changed()
      try {
        return expect(pools.get(llama)).toMatchObject(expected)
      } catch {
        await next
      }
    }
  }
  return { pools, becomes, followed: pools.follow(naming(...names), stop.signal) }
}

describe('InferencePools that a configuration names', () => {
  it('need not be of a kind that the cluster has, and are used once it has it', async () => {
    const { pools, becomes, followed } = follow('llama')
    await followed
    expect(pools.get(llama)).toEqual({
      problem: expect.stringContaining('the cluster has no kind InferencePool'),
    })
    await environment.install(definition)
    await becomes({ problem: 'there is no InferencePool default/llama' })
    await client.create(InferencePool, manifest('llama'))
    await becomes({
      picker: { host: 'llama-picker.default.svc', port: 9002 },
      failureMode: 'FailClose',
      servers: [],
    })
  })

  it('have the pods that they select, and follow their changes', async () => {
    await addPod('one', 'llama', '10.0.0.1')
    await addPod('other', 'other', '10.0.0.9')
    const { pools, becomes, followed } = follow('llama')
    await followed
    expect(pools.get(llama)).toMatchObject({
      servers: [{ address: '10.0.0.1', ports: [8000], isReady: true }],
    })
    await addPod('two', 'llama', '10.0.0.2')
    await becomes({ servers: [{ address: '10.0.0.1' }, { address: '10.0.0.2' }] })
    await client.delete(Pod, { namespace: 'default', name: 'one' }, { gracePeriodSeconds: 0 })
    await becomes({ servers: [{ address: '10.0.0.2' }] })
    const changes = {
      selector: { matchLabels: { app: 'other' } },
      endpointPickerRef: { name: 'llama-picker', failureMode: 'FailOpen' },
    }
    const { spec } = manifest('llama', changes)
    await client.patch(InferencePool, llama, { type: 'merge', body: { spec } })
    await becomes({ failureMode: 'FailOpen', servers: [{ address: '10.0.0.9' }] })
    await client.delete(InferencePool, llama)
    await becomes({ problem: 'there is no InferencePool default/llama' })
  })

  it('are followed no longer than they are named', async () => {
    const { pools, followed } = follow('llama')
    await followed
    expect(pools.concerns(undefined)).toBe(true)
    pools.keepOnly(naming('other'))
    expect(pools.get(llama)).toBeUndefined()
    expect(pools.concerns(undefined)).toBe(false)
  })

  it('that may not be read say so', async () => {
    const user = environment.server.addUser({ name: 'nobody' })
    const other = createClient(loadKubeConfig({ text: user.kubeconfig }), { logger: silentLogger })
    const pools = new NamedPools({ client: other, clock: systemClock, logger: silentLogger })
    await pools.follow(naming('llama'), stop.signal)
    expect(pools.get(llama)).toEqual({
      problem: expect.stringMatching(/InferencePool default\/llama cannot be read: .*forbidden/),
    })
    stop.abort()
    await other.close()
  })
})
