import { request as httpsRequest } from 'node:https'
import type { ClientCertificateSettings } from '@fairlead/snapshot'
import { expect, it } from 'vitest'
import { authority, type Identity, signedBy } from './test-support/certificates.ts'
import { consumerOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const secret = (name: string) => ({ namespace: 'default', name, key: `${name}.pem` })

/** The status and the error code of a call over a connection with this certificate. */
function call(
  url: string,
  shown: Partial<Identity>,
  ca: Identity,
  headers: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      `${url}/v1/chat/completions`,
      {
        method: 'POST',
        ca: ca.cert,
        agent: false,
        headers: { 'content-type': 'application/json', ...headers },
        ...shown,
      },
      (response) => {
        let body = ''
        response.on('data', (piece: Buffer) => (body += piece.toString()))
        response.on('end', () => {
          const code = /"code": ?"([a-z_]+)"/.exec(body)?.[1]
          resolve(`${response.statusCode}${code === undefined ? '' : ` ${code}`}`)
        })
      },
    )
    request.on('error', reject)
    request.end(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }))
  })
}

it.each<[string, ClientCertificateSettings['consumer'], string, string]>([
  ['common name', 'CommonName', 'test', 'DNS:other'],
  ['first DNS name', 'DNSName', 'app', 'DNS:app'],
  ['URI', 'URI', 'app', 'URI:spiffe://cluster/default/app'],
])(
  'a certificate stands for the Consumer that its %s names',
  async (_, consumer, name, alternative) => {
    const ca = authority()
    const server = signedBy(ca, 'IP:127.0.0.1')
    const gateway = await testGateway({
      gateway: {
        auth: 'Required',
        authentication: {
          methods: ['APIKey', 'ClientCertificate'],
          issuers: [],
          serviceAccounts: undefined,
          clientCertificates: { consumer, consumers: 'Match' },
        },
        listenerTls: {
          certificate: { certificate: secret('cert'), key: secret('key') },
          minVersion: 'TLSv1.2',
          clients: { authorities: secret('ca'), required: false },
        },
      },
      providers: [simulatorOf('simulator')],
      consumers: [consumerOf(name, { apiKeys: [] }), consumerOf('keyed')],
      secrets: { cert: server.cert, key: server.key, ca: ca.cert, keyed: 'a-key' },
    })
    const shown = signedBy(ca, alternative)
    expect(await call(gateway.url, shown, ca)).toBe('200')
    expect(gateway.logs.find(({ message }) => message === 'call')?.fields).toMatchObject({
      consumer: `default/${name}`,
      authMethod: 'ClientCertificate',
    })
    expect(await call(gateway.url, {}, ca)).toBe('401 missing_api_key')
    expect(await call(gateway.url, shown, ca, { 'x-api-key': 'wrong' })).toBe('401 invalid_api_key')
    expect(await call(gateway.url, shown, ca, { 'x-api-key': 'a-key' })).toBe('200')
    if (consumer !== 'CommonName') {
      expect(await call(gateway.url, signedBy(ca, 'DNS:stranger'), ca)).toBe('403 unknown_consumer')
    }
  },
)
