import type { ServerOptions } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { LLMProviderSettings, TlsSettings } from '@fairlead/snapshot'
import { beforeAll, describe, expect, it } from 'vitest'
import { authority, type Identity, signedBy } from './test-support/certificates.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { testProxy } from './test-support/test-proxy.ts'
import { completion, json } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const local = { address: '127.0.0.1', family: 4 }

let ca: Identity
let otherCa: Identity
let server: Identity
let client: Identity
beforeAll(() => {
  ca = authority()
  otherCa = authority()
  server = signedBy(ca, 'IP:127.0.0.1', 'DNS:models.example')
  client = signedBy(ca)
})

const secret = (name: string) => ({ namespace: 'default', name, key: `${name}.pem` })

function tlsOf(parts: Partial<TlsSettings> = {}): TlsSettings {
  return { ca: secret('ca'), clientCertificate: undefined, serverName: undefined, ...parts }
}

const mutual = tlsOf({ clientCertificate: { certificate: secret('cert'), key: secret('key') } })

async function gatewayOf(
  provider: Partial<LLMProviderSettings>,
  secrets: Readonly<Record<string, string>>,
  allowPrivateNetworks = true,
) {
  return testGateway({
    gateway: { allowPrivateNetworks },
    providers: [keyedProvider('upstream', provider)],
    secrets: { upstream: 'sk', ...secrets },
    options: { resolveHost: () => Promise.resolve([local]) },
  })
}

const upstreamWith = (options: ServerOptions = {}) =>
  testUpstream(json(200, completion('ok')), { ...server, ...options })

async function errorOf(response: Response) {
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  return { status: response.status, ...error }
}

describe('a provider with a certificate of an own authority', () => {
  it('is not trusted without it', async () => {
    const upstream = await upstreamWith()
    const gateway = await gatewayOf({ baseURL: upstream.url }, {})
    expect(await errorOf(await gateway.chat(body))).toMatchObject({
      status: 502,
      code: 'upstream_unreachable',
      message: expect.stringContaining('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    })
    expect(upstream.requests).toHaveLength(0)
  })

  it('is with it, and only with the right one', async () => {
    const upstream = await upstreamWith()
    const gateway = await gatewayOf({ baseURL: upstream.url, tls: tlsOf() }, { ca: ca.cert })
    expect((await gateway.chat(body)).status).toBe(200)
    gateway.secrets.set('ca', otherCa.cert)
    expect(await errorOf(await gateway.chat(body))).toMatchObject({ code: 'upstream_unreachable' })
    gateway.secrets.set('ca', otherCa.cert + ca.cert)
    expect((await gateway.chat(body)).status).toBe(200)
    expect(upstream.requests).toHaveLength(2)
  })

  it('must have the name that is asked for', async () => {
    const seen: unknown[] = []
    const upstream = await testUpstream((response) => {
      seen.push((response.socket as TLSSocket).servername)
      json(200, completion('ok'))(response, {} as never)
    }, server)
    const named = (serverName: string) => ({ baseURL: upstream.url, tls: tlsOf({ serverName }) })
    const gateway = await gatewayOf(named('models.example'), { ca: ca.cert })
    expect((await gateway.chat(body)).status).toBe(200)
    expect(seen).toEqual(['models.example'])
    const other = await gatewayOf(named('other.example'), { ca: ca.cert })
    expect((await errorOf(await other.chat(body))).message).toContain(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    )
  })

  it('is not called over TLS 1.1', async () => {
    const upstream = await upstreamWith({
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const gateway = await gatewayOf({ baseURL: upstream.url, tls: tlsOf() }, { ca: ca.cert })
    expect(await errorOf(await gateway.chat(body))).toMatchObject({ code: 'upstream_unreachable' })
  })
})

describe('a provider that asks for a certificate', () => {
  const asking = () => upstreamWith({ requestCert: true, rejectUnauthorized: true, ca: ca.cert })
  const present = () => ({ ca: ca.cert, cert: client.cert, key: client.key })

  it('gets it', async () => {
    const upstream = await asking()
    const gateway = await gatewayOf({ baseURL: upstream.url, tls: mutual }, present())
    expect((await gateway.chat(body)).status).toBe(200)
  })

  it('refuses a call without it', async () => {
    const upstream = await asking()
    const gateway = await gatewayOf({ baseURL: upstream.url, tls: tlsOf() }, present())
    expect(await errorOf(await gateway.chat(body))).toMatchObject({
      status: 502,
      code: 'upstream_unreachable',
      message: expect.stringContaining('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    })
    expect(upstream.requests).toHaveLength(0)
  })

  it('gets the new one from the next call on', async () => {
    const seen: (string | undefined)[] = []
    const upstream = await asking()
    upstream.answer = (response, request) => {
      seen.push((response.socket as TLSSocket).getPeerX509Certificate()?.serialNumber)
      json(200, completion('ok'))(response, request)
    }
    const gateway = await gatewayOf({ baseURL: upstream.url, tls: mutual }, present())
    expect((await gateway.chat(body)).status).toBe(200)
    const next = signedBy(ca)
    gateway.secrets.set('cert', next.cert)
    gateway.secrets.set('key', next.key)
    expect((await gateway.chat(body)).status).toBe(200)
    expect(seen[0]).toBeDefined()
    expect(seen[1]).toBeDefined()
    expect(seen[1]).not.toBe(seen[0])
  })

  it('is reached through a proxy', async () => {
    const [proxy, upstream] = [await testProxy(), await asking()]
    const { port } = new URL(upstream.url)
    const gateway = await gatewayOf(
      { baseURL: `https://models.example:${port}/v1`, proxyURL: proxy.url, tls: mutual },
      present(),
    )
    expect((await gateway.chat(body)).status).toBe(200)
    expect(proxy.tunnels).toEqual([`models.example:${port}`])
  })
})

describe('a Secret that is of no use', () => {
  it.each<[string, () => Readonly<Record<string, string>>, string, string]>([
    [
      'is missing',
      () => ({ cert: client.cert, key: client.key }),
      'SecretKeyMissing',
      'there is no Secret default/ca with a key "ca.pem"',
    ],
    [
      'is no PEM',
      () => ({ ca: 'hunter2', cert: client.cert, key: client.key }),
      'SecretInvalid',
      'the key "ca.pem" of Secret default/ca holds no certificate in PEM',
    ],
    [
      'is cut',
      () => ({ ca: ca.cert.replace(/\n.{64}\n/, '\n'), cert: client.cert, key: client.key }),
      'SecretInvalid',
      'holds a certificate that cannot be read',
    ],
    [
      'has no certificate',
      () => ({ ca: ca.cert, key: client.key }),
      'SecretKeyMissing',
      'there is no Secret default/cert with a key "cert.pem"',
    ],
    [
      'has no key',
      () => ({ ca: ca.cert, cert: client.cert, key: client.cert }),
      'SecretInvalid',
      'holds no private key in PEM without a passphrase',
    ],
    [
      'has the key of another',
      () => ({ ca: ca.cert, cert: client.cert, key: server.key }),
      'SecretInvalid',
      'holds a private key that does not belong to the certificate',
    ],
  ])('that %s is reported, and no call is made', async (_name, secrets, reason, message) => {
    const upstream = await upstreamWith()
    const gateway = await gatewayOf({ baseURL: upstream.url, tls: mutual }, secrets())
    expect(await errorOf(await gateway.chat(body))).toMatchObject({
      status: 503,
      code: 'upstream_tls_unusable',
      message: expect.stringContaining(message),
    })
    expect(gateway.report().problems).toMatchObject([
      { kind: 'LLMProvider', name: 'upstream', reason, message: expect.stringContaining(message) },
    ])
    expect(upstream.requests).toHaveLength(0)
    expect(JSON.stringify([gateway.logs, gateway.report()])).not.toMatch(/hunter2|BEGIN/)
    for (const [name, value] of Object.entries({ ca: ca.cert, cert: client.cert, key: client.key }))
      gateway.secrets.set(name, value)
    expect((await gateway.chat(body)).status).toBe(200)
    expect(gateway.report().problems).toEqual([])
  })
})

describe('providers at one address', () => {
  it('share connections only with the same TLS', async () => {
    const upstream = await upstreamWith()
    const { url: baseURL } = upstream
    const model = (name: string) => [
      { name, aliases: [], contextWindow: undefined, maxOutputTokens: undefined, capabilities: [] },
    ]
    const gateway = await testGateway({
      providers: [
        keyedProvider('own', { baseURL, tls: tlsOf(), models: model('own') }),
        keyedProvider('usual', { baseURL, models: model('usual') }),
      ],
      secrets: { own: 'sk', usual: 'sk', ca: ca.cert },
    })
    expect((await gateway.chat({ ...body, model: 'own' })).status).toBe(200)
    expect((await gateway.chat({ ...body, model: 'usual' })).status).toBe(502)
  })
})

describe('a Service of the cluster, where private networks are denied', () => {
  const service = (more: object = {}) => ({
    baseURL: 'https://models.default.svc:8443/v1',
    isClusterService: true,
    tls: tlsOf(),
    ...more,
  })

  it.each(['127.0.0.1', '169.254.169.254', '::ffff:0:a9fe:a9fe'])(
    'is not called at %s',
    async (address) => {
      const gateway = await testGateway({
        gateway: { allowPrivateNetworks: false },
        providers: [keyedProvider('upstream', service())],
        secrets: { upstream: 'sk', ca: ca.cert },
        options: { resolveHost: () => Promise.resolve([{ address, family: 4 }]) },
      })
      expect(await errorOf(await gateway.chat(body))).toMatchObject({ code: 'egress_denied' })
    },
  )

  it('is called at an address of the cluster', async () => {
    const timeouts = {
      connectMs: 50,
      firstByteMs: undefined,
      idleMs: undefined,
      totalMs: undefined,
    }
    const gateway = await testGateway({
      gateway: { allowPrivateNetworks: false },
      providers: [keyedProvider('upstream', service({ timeouts }))],
      secrets: { upstream: 'sk', ca: ca.cert },
      options: { resolveHost: () => Promise.resolve([{ address: '10.255.255.1', family: 4 }]) },
    })
    // Nobody is there, but it was tried.
    expect(await errorOf(await gateway.chat(body))).toMatchObject({ code: 'upstream_unreachable' })
  })

  it('does not open the way for its proxy', async () => {
    const gateway = await gatewayOf(
      service({ proxyURL: 'http://10.0.0.1:3128' }),
      { ca: ca.cert },
      false,
    )
    const { code, message } = await errorOf(await gateway.chat(body))
    expect(code).toBe('egress_denied')
    expect(message).toContain('the proxy 10.0.0.1')
  })

  it('does not open the way for another provider', async () => {
    const gateway = await gatewayOf(service({ isClusterService: false }), { ca: ca.cert }, false)
    expect(await errorOf(await gateway.chat(body))).toMatchObject({ code: 'egress_denied' })
  })
})
