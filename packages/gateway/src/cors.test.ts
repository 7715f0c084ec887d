import type { CorsSettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { consumerOf, simulatorOf } from './test-support/snapshot.ts'
import { type TestGateway, testGateway } from './test-support/test-gateway.ts'

const page = 'https://chat.example.com'
const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

function gatewayWith(cors: Partial<CorsSettings> | undefined): Promise<TestGateway> {
  return testGateway({
    gateway: {
      auth: 'Required',
      cors: cors && {
        allowOrigins: [page, 'https://*.example.org', 'https://*.example.net:8443'],
        allowHeaders: ['authorization', 'content-type', 'x-stainless-*'],
        exposeHeaders: ['x-fairlead-*', 'retry-after'],
        maxAgeSeconds: 600,
        allowCredentials: false,
        ...cors,
      },
    },
    consumers: [consumerOf('app')],
    secrets: { app: 'good' },
    providers: [simulatorOf('simulator')],
  })
}

const asks = (origin: string, method = 'POST') => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization, content-type,x-stainless-os,x-other',
  },
})

describe('a page of another origin', () => {
  it('is told before a call what it may send, without a key', async () => {
    const gateway = await gatewayWith({})
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, asks(page))
    expect(answer.status).toBe(204)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type, x-stainless-os',
      'access-control-max-age': '600',
      vary: 'access-control-request-method, access-control-request-headers, origin',
    })
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
  })

  it.each([
    ['https://a.example.org', true],
    ['https://a.b.example.org', true],
    ['https://a.example.net:8443', true],
    ['https://example.org', false],
    ['https://.example.org', false],
    ['https://evil.com/.example.org', false],
    ['https://evilexample.org', false],
    ['http://a.example.org', false],
    ['https://a.example.net', false],
    ['https://a.example.org.evil.com', false],
    ['https://user@a.example.org', false],
    ['null', false],
  ])('at %s: %s', async (origin, isAllowed) => {
    const gateway = await gatewayWith({})
    const before = await fetch(`${gateway.url}/v1/chat/completions`, asks(origin))
    expect(before.status).toBe(isAllowed ? 204 : 405)
    const answer = await gateway.chat(body, { origin, authorization: 'Bearer good' })
    expect(answer.headers.get('access-control-allow-origin')).toBe(isAllowed ? origin : null)
    expect(answer.headers.get('vary')).toBe('origin')
  })

  it('is told nothing of paths and methods that are not served', async () => {
    const gateway = await gatewayWith({})
    const elsewhere = await fetch(`${gateway.url}/v1/elsewhere`, asks(page))
    expect(elsewhere.status).toBe(404)
    const remove = await fetch(`${gateway.url}/v1/chat/completions`, asks(page, 'DELETE'))
    expect(remove.status).toBe(405)
    // An OPTIONS that is no question of a browser.
    const plain = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'OPTIONS' })
    expect(plain.status).toBe(405)
  })

  it.each([
    ['an answer', body, 'good', 200],
    ['a stream', { ...body, stream: true }, 'good', 200],
    ['an error', { ...body, messages: 3 }, 'good', 400],
    ['a refusal', body, 'wrong', 401],
  ])('may read %s, and the headers that are ours', async (_what, sent, key, status) => {
    const gateway = await gatewayWith({})
    const answer = await gateway.chat(sent, { origin: page, authorization: `Bearer ${key}` })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe(page)
    const exposed = answer.headers.get('access-control-expose-headers') ?? ''
    expect(exposed.split(', ')).toContain('x-fairlead-request-id')
    expect(exposed).not.toContain('content-type')
    await answer.text()
  })

  it('brings what the browser holds only where that is allowed', async () => {
    const gateway = await gatewayWith({ allowCredentials: true })
    const answer = await fetch(`${gateway.url}/v1/models`, { headers: { origin: page } })
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
  })

  it('may be anybody, and then all answers are alike', async () => {
    const gateway = await gatewayWith({ allowOrigins: ['*'] })
    const answer = await gateway.chat(body, { origin: 'null', authorization: 'Bearer good' })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('vary')).toBeNull()
  })

  it('is told nothing without the setting', async () => {
    const gateway = await gatewayWith(undefined)
    const before = await fetch(`${gateway.url}/v1/chat/completions`, asks(page))
    expect(before.status).toBe(405)
    const answer = await gateway.chat(body, { origin: page, authorization: 'Bearer good' })
    const names = [...answer.headers.keys()]
    expect(names.filter((name) => name.startsWith('access-control') || name === 'vary')).toEqual([])
  })
})
