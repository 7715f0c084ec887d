import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { consumerOf, keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { issuerOf, testIssuer } from './test-support/token-issuer.ts'
import { json } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

it('no key and no token is in a log, metric, report, audit or answer, whatever becomes of the call', async () => {
  const clock = new FakeClock()
  const issuer = await testIssuer(() => clock.now())
  const upstream = await testUpstream(json(500, { error: { message: 'no', type: 'x' } }))
  const refused: unknown[] = []
  const secrets = {
    app: 'caller-key-0123456789',
    expired: 'expired-key-0123456789',
    provider: 'provider-key-0123456789',
  }
  const gateway = await testGateway({
    gateway: {
      auth: 'Required',
      authentication: {
        methods: ['APIKey', 'JWT'],
        issuers: [issuerOf(issuer.url)],
        serviceAccounts: undefined,
        clientCertificates: undefined,
      },
    },
    providers: [keyedProvider('provider', { baseURL: upstream.url })],
    routes: [routeOf('all', [{ provider: 'provider' }])],
    consumers: [
      consumerOf('app'),
      consumerOf('expired', {
        apiKeys: [
          {
            name: 'old',
            source: { secret: { namespace: 'default', name: 'expired', key: 'expired' } },
            expiresAtMs: 1,
          },
        ],
      }),
    ],
    secrets,
    options: { clock, audit: { refused: (request) => refused.push(request) } },
  })
  const good = await issuer.token({ email: 'ada@example.com' })
  const tokens = [
    good,
    await issuer.token({ aud: 'other' }),
    await issuer.token({ exp: 1 }),
    await issuer.token({}, { kid: 'nobody' }),
    await issuer.token({ iss: 'https://other.example.com' }),
    `${good.slice(0, -4)}AAAA`,
    `${good}.e30.e30`,
  ]
  const wrong = ['wrong-key-0123456789', `Basic ${Buffer.from('a:wrong').toString('base64')}`]
  const sent = [...Object.values(secrets), ...tokens, ...wrong]
  const told: string[] = []
  const keep = async (response: Response) => {
    told.push(await response.text(), JSON.stringify([...response.headers]))
  }
  for (const value of sent) {
    const ways: readonly Record<string, string>[] = [
      { authorization: `Bearer ${value}` },
      { authorization: value },
      { 'x-api-key': value },
      { 'x-fairlead-key': value, authorization: `Bearer ${good}` },
    ]
    for (const headers of ways) {
      await keep(await gateway.chat(body, { ...headers, 'x-fairlead-explain': 'attempts' }))
    }
    const query = `key=${encodeURIComponent(value)}`
    await keep(await gateway.post(`/v1beta/models/m:generateContent?${query}`, { contents: [] }))
    await keep(await fetch(`${gateway.url}/v1beta/models?${query}`))
    await keep(await fetch(`${gateway.url}/nowhere?${query}`))
  }
  const seen = JSON.stringify([
    told,
    refused,
    gateway.report(),
    await gateway.registry.metrics(),
    gateway.logs.map(({ message, fields }) => [message, shown(fields)]),
  ])
  expect(refused.length).toBeGreaterThan(tokens.length)
  expect(gateway.logs.length).toBeGreaterThan(sent.length)
  for (const value of sent) {
    expect(seen).not.toContain(value)
    // Neither its signature, nor the greater part of a key.
    expect(seen).not.toContain(value.slice(-16))
  }
})

/** Errors with all that a logger writes of them. */
function shown(value: unknown): unknown {
  if (value instanceof Error) {
    return [value.name, value.message, value.stack, shown(value.cause), Object.entries(value)]
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([name, inner]) => [name, shown(inner)])
}
