import { request as httpsRequest, type RequestOptions } from 'node:https'
import type { ListenerTlsSettings } from '@fairlead/snapshot'
import { beforeAll, describe, expect, it } from 'vitest'
import { authority, type Identity, signedBy } from './test-support/certificates.ts'
import { simulatorOf, snapshotOf } from './test-support/snapshot.ts'
import { type TestGateway, testGateway } from './test-support/test-gateway.ts'

let ca: Identity
let first: Identity
let second: Identity
let client: Identity
beforeAll(() => {
  ca = authority()
  first = signedBy(ca, 'IP:127.0.0.1')
  second = signedBy(ca, 'IP:127.0.0.1')
  client = signedBy(ca)
})

const secret = (name: string) => ({ namespace: 'default', name, key: `${name}.pem` })
const pair = { certificate: secret('cert'), key: secret('key') }

function tlsGateway(
  secrets: Readonly<Record<string, string>>,
  tls: Partial<ListenerTlsSettings> = {},
): Promise<TestGateway> {
  const listenerTls: ListenerTlsSettings = {
    certificate: pair,
    minVersion: 'TLSv1.2',
    clients: undefined,
    ...tls,
  }
  return testGateway({
    gateway: { listenerTls },
    providers: [simulatorOf('simulator')],
    secrets,
  })
}

interface Seen {
  readonly status: number
  readonly body: string
  /** Of the certificate that was shown. */
  readonly serial: string
}

/** Each over a connection of its own. */
function call(url: string, options: RequestOptions = {}): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      `${url}/v1/chat/completions`,
      {
        method: 'POST',
        ca: ca.cert,
        agent: false,
        headers: { 'content-type': 'application/json' },
        ...options,
      },
      (response) => {
        const { socket } = response
        const serial =
          'getPeerCertificate' in socket
            ? (
                socket as unknown as { getPeerCertificate(): { serialNumber: string } }
              ).getPeerCertificate().serialNumber
            : ''
        let body = ''
        response.on('data', (piece: Buffer) => (body += piece.toString()))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, serial }))
      },
    )
    request.on('error', reject)
    request.end(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }))
  })
}

const reasonsOf = (gateway: TestGateway) =>
  gateway.report().problems.map(({ kind, reason, message }) => ({ kind, reason, message }))

describe("TLS on the gateway's port", () => {
  it('answers calls, and says https', async () => {
    const gateway = await tlsGateway({ cert: first.cert, key: first.key })
    expect(gateway.url).toMatch(/^https:/)
    expect((await call(gateway.url)).status).toBe(200)
    const plain = await fetch(gateway.url.replace('https:', 'http:'))
    expect(plain.status).toBe(400)
    expect(await plain.json()).toMatchObject({
      error: { message: expect.stringContaining('https://') },
    })
    const metrics = await gateway.registry.metrics()
    expect(metrics).toContain('fairlead_gateway_tls_handshakes_total{outcome="Completed"} 1')
    expect(metrics).toMatch(/fairlead_gateway_certificate_expiry_timestamp_seconds \d{10}/)
  })

  it('shows a renewed certificate at once, and keeps the last good one', async () => {
    const gateway = await tlsGateway({ cert: first.cert, key: first.key })
    const before = await call(gateway.url)
    gateway.secrets.set('cert', second.cert)
    // Between the two values of a Secret that changes, or for good.
    expect(reasonsOf(gateway)).toEqual([
      {
        kind: 'LLMGateway',
        reason: 'SecretInvalid',
        message: expect.stringMatching(/^What was in force stays: .* does not belong/),
      },
    ])
    expect((await call(gateway.url)).serial).toBe(before.serial)
    gateway.secrets.set('key', second.key)
    expect(reasonsOf(gateway)).toEqual([])
    const after = await call(gateway.url)
    expect(after.status).toBe(200)
    expect(after.serial).not.toBe(before.serial)
    gateway.secrets.set('cert', 'nonsense')
    gateway.secrets.set('key', undefined)
    expect((await call(gateway.url)).serial).toBe(after.serial)
    expect(JSON.stringify([gateway.logs, gateway.report()])).not.toContain('PRIVATE')
  })

  it('serves nobody without a certificate, and begins when there is one', async () => {
    const gateway = await tlsGateway({})
    expect(reasonsOf(gateway)).toEqual([
      {
        kind: 'LLMGateway',
        reason: 'SecretKeyMissing',
        message: 'No connection is served: there is no Secret default/cert with a key "cert.pem".',
      },
    ])
    expect(gateway.report().notServed).toMatch(/^no connection is served: there is no Secret/)
    await expect(call(gateway.url)).rejects.toThrow()
    await expect(fetch(gateway.url.replace('https:', 'http:'))).rejects.toThrow()
    gateway.secrets.set('cert', first.cert)
    gateway.secrets.set('key', first.key)
    expect((await call(gateway.url)).status).toBe(200)
    expect(gateway.report().notServed).toBeUndefined()
  })

  it('asks callers for certificates of its authorities, whose loss lets nobody in', async () => {
    const clients = { authorities: secret('ca'), required: true }
    const secrets = { cert: first.cert, key: first.key }
    const gateway = await tlsGateway({ ...secrets, ca: ca.cert }, { clients })
    const certified = { key: client.key, cert: client.cert }
    expect(await call(gateway.url)).toMatchObject({
      status: 400,
      body: expect.stringContaining('needs a client certificate'),
    })
    expect((await call(gateway.url, certified)).status).toBe(200)
    gateway.secrets.set('ca', 'nonsense')
    expect((await call(gateway.url, certified)).status).toBe(200)
    const fresh = await tlsGateway(secrets, { clients })
    await expect(call(fresh.url, certified)).rejects.toThrow()
  })

  it('goes back to plain HTTP when it is told to', async () => {
    const gateway = await tlsGateway({ cert: first.cert, key: first.key })
    const { port } = gateway
    gateway.snapshots.set(snapshotOf({ providers: [simulatorOf('simulator')] }))
    expect((await fetch(`http://127.0.0.1:${port}/v1/models`)).status).toBe(200)
  })
})
