import { describe, expect, it } from 'vitest'
import type { RefusedRequest } from './call/refused-request.ts'
import { consumerOf, providerOf, routeOf, simulatorOf } from './test-support/snapshot.ts'
import { limitOf, usagePolicyOf } from './test-support/usage-policy.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { json } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

async function audited(parts: Parameters<typeof testGateway>[0]) {
  const refused: RefusedRequest[] = []
  const gateway = await testGateway({
    ...parts,
    options: { audit: { refused: (request) => refused.push(request) } },
  })
  return { gateway, refused }
}

const closed = {
  gateway: { auth: 'Required' as const },
  providers: [simulatorOf('simulator')],
  consumers: [
    consumerOf('app', {
      access: { models: ['small'], promptTemplates: [], personas: [], contextStrategies: [] },
    }),
  ],
  secrets: { app: 'good' },
}

describe('what is refused', () => {
  it('is told with who asked and from where, and without any key', async () => {
    const { gateway, refused } = await audited(closed)
    await gateway.chat(body)
    await gateway.chat(body, bearer('sk-of-somebody'))
    await gateway.chat(body, bearer('good'))
    await fetch(`${gateway.url}/v1/models?key=sk-of-somebody`)
    const common = { address: '127.0.0.1', method: 'POST', path: '/v1/chat/completions' }
    expect(refused).toMatchObject([
      { ...common, status: 401, code: 'missing_api_key', consumer: '' },
      { ...common, status: 401, code: 'invalid_api_key', consumer: '' },
      { ...common, consumer: 'default/app', model: 'm' },
      { status: 401, method: 'GET', path: '/v1/models' },
    ])
    expect([403, 404]).toContain(refused[2]?.status)
    expect(refused[0]?.requestId).toMatch(/^req_/)
    expect(JSON.stringify(refused)).not.toMatch(/sk-of-somebody|good/)
  })

  it('names the limit that has refused it', async () => {
    const { gateway, refused } = await audited({
      providers: [simulatorOf('simulator')],
      usagePolicies: [usagePolicyOf('team', { limits: [limitOf('burst', { amount: 1 })] })],
    })
    await gateway.chat(body)
    await gateway.chat(body)
    expect(refused).toMatchObject([
      { status: 429, code: 'rate_limit_exceeded', refusedBy: 'default/team/burst' },
    ])
  })

  it('is neither a mistake of the caller nor a success', async () => {
    const { gateway, refused } = await audited(closed)
    await gateway.chat({ ...body, model: 'small' }, bearer('good'))
    await gateway.chat({ model: 'small', messages: 3 }, bearer('good'))
    await fetch(`${gateway.url}/elsewhere`, { headers: bearer('good') })
    expect(refused).toEqual([])
  })

  it('is nothing that a provider has refused', async () => {
    const upstream = await testUpstream(json(429, { error: { message: 'slow down' } }))
    const provider = providerOf('up', { baseURL: upstream.url })
    const { gateway, refused } = await audited({
      providers: [provider],
      routes: [routeOf('all', [{ provider: 'up' }])],
    })
    expect((await gateway.chat(body)).status).toBeGreaterThanOrEqual(429)
    expect(refused).toEqual([])
  })

  it('is not told where the audit is off', async () => {
    const audit = { enabled: false, retentionMs: 0, maxBytes: 0 }
    const { gateway, refused } = await audited({ ...closed, gateway: { auth: 'Required', audit } })
    await gateway.chat(body)
    expect(refused).toEqual([])
  })

  it('is told in short, however long a caller writes', async () => {
    const { gateway, refused } = await audited(closed)
    await fetch(`${gateway.url}/v1/models/${'x'.repeat(4000)}`)
    expect(JSON.stringify(refused).length).toBeLessThan(1000)
  })
})
