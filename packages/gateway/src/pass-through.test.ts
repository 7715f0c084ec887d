import { describe, expect, it } from 'vitest'
import { keyedProvider, simulatorOf, snapshotOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { chunks, completion, json, sse } from './test-support/upstream.ts'

const say = (text: string) => [{ role: 'user', content: text }]

it("sends a provider's own headers, and one User-Agent", async () => {
  const upstream = await testUpstream(json(200, completion('ok')))
  const headers = [{ name: 'X-Team', value: 'blue' }]
  const agent = { name: 'User-Agent', value: 'acme/1.0' }
  const { url: baseURL } = upstream
  const gateway = await testGateway({
    providers: [keyedProvider('upstream', { baseURL, headers })],
    secrets: { upstream: 'sk' },
  })
  await gateway.chat({ model: 'm', messages: say('hi') })
  gateway.snapshots.set(
    snapshotOf({
      providers: [keyedProvider('upstream', { baseURL, headers: [...headers, agent] })],
    }),
  )
  await gateway.chat({ model: 'm', messages: say('hi') })
  const seen = upstream.requests.map((request) => request.headers)
  expect(seen).toMatchObject([
    { 'x-team': 'blue', 'user-agent': 'fairlead', 'accept-encoding': 'identity' },
    { 'x-team': 'blue', 'user-agent': 'acme/1.0', 'accept-encoding': 'identity' },
  ])
})

describe('a call to a provider that speaks the dialect of the caller', () => {
  it('passes the body and the answer through byte by byte', async () => {
    const answer =
      '{ "id":"x",  "choices":[ ], "unknown": 1.0, "usage":{"prompt_tokens":5,"completion_tokens":7} }\n'
    const upstream = await testUpstream(json(200, answer))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk-upstream' },
    })
    const body =
      '{"model":"gpt-4o",  "messages":[{"role":"user","content":"\\u00e9"}],"new_field":1e2}'
    const response = await gateway.post('/v1/chat/completions', body)
    expect(await response.text()).toBe(answer)
    expect(response.status).toBe(200)
    const seen = upstream.requests[0]
    expect(seen?.raw.toString()).toBe(body)
    expect(seen?.path).toBe('/v1/chat/completions')
    expect(seen?.headers.authorization).toBe('Bearer sk-upstream')
    expect(response.headers.get('x-fairlead-provider')).toBe('default/openai')
    expect(response.headers.get('x-fairlead-model')).toBe('gpt-4o')
    expect(response.headers.get('x-fairlead-route')).toBe('default')
    expect(response.headers.get('x-fairlead-attempts')).toBe('1')
    expect(Number(response.headers.get('x-fairlead-overhead-ms'))).toBeGreaterThan(0)
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ inputTokens: 5, outputTokens: 7 })
  })

  it('passes a stream through byte by byte', async () => {
    const events = chunks(['Hello', ' world'])
    const upstream = await testUpstream(sse(...events))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk-upstream' },
    })
    const response = await gateway.chat({ model: 'm', messages: say('hi'), stream: true })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toBe(events.join(''))
  })

  it.each([400, 404, 409, 413, 422])(
    'passes an error of the caller with status %i through byte by byte',
    async (status) => {
      const answer = '{ "error": {"message":"no",  "type":"x", "param":"n", "code":null} }\n'
      const upstream = await testUpstream(json(status, answer))
      const gateway = await testGateway({
        providers: [keyedProvider('openai', { baseURL: upstream.url })],
        secrets: { openai: 'sk-upstream' },
      })
      const response = await gateway.chat({ model: 'm', messages: say('hi') })
      expect(response.status).toBe(status)
      expect(await response.text()).toBe(answer)
      expect(response.headers.get('x-fairlead-provider')).toBe('default/openai')
    },
  )

  it.each([
    ['repeats the key', '{"error":{"message":"key 0123456789 may not"}}'],
    ['repeats a part of a key', '{"error":{"message":"key sk-up****eam may not"}}'],
    ['has another shape', '{"detail":"no"}'],
  ])('writes an error anew that %s', async (_, answer) => {
    const upstream = await testUpstream(json(400, answer))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: '0123456789' },
    })
    const response = await gateway.chat({ model: 'm', messages: say('hi') })
    expect(response.status).toBe(400)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'invalid_request_error' } })
    expect(text).not.toMatch(/0123456789|sk-up/)
  })

  it('replaces an alias with the real model and nothing else', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const model = {
      name: 'gpt-4o-mini',
      aliases: ['fast'],
      contextWindow: undefined,
      maxOutputTokens: undefined,
      capabilities: [],
    }
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url, models: [model] })],
      secrets: { openai: 'sk-upstream' },
    })
    await gateway.post('/v1/chat/completions', '{"a":1.50,"model" : "fast","messages":[{}]}')
    expect(upstream.requests[0]?.raw.toString()).toBe(
      '{"a":1.50,"model" : "gpt-4o-mini","messages":[{}]}',
    )
  })
})

describe('a call to the Simulator', () => {
  it('answers without any network', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const response = await gateway.chat({ model: 'any', messages: say('ping') })
    const body = (await response.json()) as { choices: { message: { content: string } }[] }
    expect(body.choices[0]?.message.content).toContain('You said: "ping"')
  })

  it('streams word by word', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const response = await gateway.chat({ model: 'any', messages: say('ping'), stream: true })
    const text = await response.text()
    expect(text.match(/^data: /gm)?.length).toBeGreaterThan(5)
    expect(text).toMatch(/data: \[DONE\]\n\n$/)
  })
})
