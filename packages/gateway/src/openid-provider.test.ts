import { describe, expect, it } from 'vitest'
import { consumerOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'
import { openIdProvider, type OpenIdProvider } from './test-support/openid-provider.ts'
import { issuerOf } from './test-support/token-issuer.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

/** Issuing a token takes the provider some milliseconds. */
const patience = { timeout: 30_000 }

const claims = { consumer: 'client_id', groups: 'groups', endUser: 'sub' }

const gatewayFor = (provider: OpenIdProvider, audiences = ['fairlead']) =>
  testGateway({
    gateway: {
      auth: 'Required',
      authentication: {
        methods: ['APIKey', 'JWT'],
        issuers: [issuerOf(provider.issuer, { claims, audiences })],
        serviceAccounts: undefined,
        clientCertificates: undefined,
      },
    },
    providers: [simulatorOf('simulator')],
    consumers: [consumerOf('app', { apiKeys: [] })],
  })

describe('a real OpenID provider', () => {
  it('rotates its key while calls run, and none fails', async () => {
    const provider = await openIdProvider()
    const gateway = await gatewayFor(provider)
    const statuses = new Map<number, number>()
    let running = true
    const load = Array.from({ length: 8 }, async () => {
      while (running) {
        const token = await provider.token()
        const response = await gateway.chat(body, { authorization: `Bearer ${token}` })
        await response.arrayBuffer()
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      }
    })
    const answered = () => statuses.get(200) ?? 0
    await expect.poll(answered, patience).toBeGreaterThan(50)
    await provider.rotate()
    const before = answered()
    await expect.poll(() => answered() - before, patience).toBeGreaterThan(50)
    running = false
    await Promise.all(load)
    expect([...statuses.keys()]).toEqual([200])
    const { kid } = JSON.parse(
      Buffer.from((await provider.token()).split('.')[0] ?? '', 'base64url').toString(),
    ) as { kid: string }
    expect(kid).toBe('key-2')
  }, 60_000)

  it('has tokens for another audience that are refused', async () => {
    const provider = await openIdProvider()
    const gateway = await gatewayFor(provider, ['another'])
    const token = await provider.token()
    const response = await gateway.chat(body, { authorization: `Bearer ${token}` })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_token' } })
  })
})
