import { describe, expect, it } from 'vitest'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { chunks, completion, json, sse } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi there' }], stream: true }
const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 }
const usageChunk = `data: ${JSON.stringify({ id: 'chatcmpl-1', choices: [], usage })}\n\n`
const plain = chunks(['Hel', 'lo'])
const counted = [...plain.slice(0, -1), usageChunk, ...plain.slice(-1)]

async function gatewayFor(streamUsage: 'Request' | 'Omit', parts: object = {}) {
  const upstream = await testUpstream((response, request) => {
    const options = request.body['stream_options'] as { include_usage?: boolean } | undefined
    sse((options?.include_usage === true ? counted : plain).join(''))(response, request)
  })
  const gateway = await testGateway({
    providers: [keyedProvider('upstream', { baseURL: upstream.url, streamUsage, ...parts })],
    secrets: { upstream: 'sk' },
  })
  const logged = () => gateway.logs.findLast(({ message }) => message === 'call')?.fields
  return { gateway, upstream, logged }
}

describe('the usage of a stream', () => {
  it('is asked for, counted, and hidden from a caller who did not ask', async () => {
    const { gateway, logged, upstream } = await gatewayFor('Request')
    const sent = { ...body, stream_options: { include_obfuscation: false } }
    expect(await (await gateway.chat(sent)).text()).toBe(plain.join(''))
    expect(upstream.requests[0]?.body['stream_options']).toEqual({
      include_obfuscation: false,
      include_usage: true,
    })
    expect(logged()).toMatchObject({ inputTokens: 7, outputTokens: 2 })
    expect(logged()?.['usageEstimated']).toBeUndefined()
  })

  it('is shown to a caller who asked', async () => {
    const { gateway } = await gatewayFor('Request')
    const asked = { ...body, stream_options: { include_usage: true } }
    expect(await (await gateway.chat(asked)).text()).toBe(counted.join(''))
  })

  it('is hidden in a conversation as well, whose end is held back', async () => {
    const { gateway, logged } = await gatewayFor('Request')
    const response = await gateway.chat(body, { 'x-fairlead-conversation': 'new' })
    expect(await response.text()).toBe(plain.join(''))
    expect(logged()).toMatchObject({ outputTokens: 2 })
  })

  it('is not asked for where the provider says so, and then estimated', async () => {
    const { gateway, logged, upstream } = await gatewayFor('Omit')
    expect(await (await gateway.chat(body)).text()).toBe(plain.join(''))
    expect(upstream.requests[0]?.body['stream_options']).toBeUndefined()
    expect(logged()).toMatchObject({ inputTokens: 2, usageEstimated: true })
    expect(logged()?.['outputTokens']).toBeGreaterThan(0)
  })

  it('is not asked for where the vendor tells it unasked', async () => {
    const { gateway, upstream } = await gatewayFor('Request', {
      type: 'OpenAICompatible',
      preset: 'mistral',
    })
    await (await gateway.chat(body)).text()
    expect(upstream.requests[0]?.body['stream_options']).toBeUndefined()
  })
})

describe('the usage of a whole answer', () => {
  it('that does not tell it is estimated, and that is said', async () => {
    const { usage: _, ...silent } = completion('twelve chars') as { usage?: unknown }
    const upstream = await testUpstream(json(200, silent))
    const gateway = await testGateway({
      providers: [keyedProvider('upstream', { baseURL: upstream.url })],
      secrets: { upstream: 'sk' },
    })
    const response = await gateway.chat({ ...body, stream: false })
    expect(await response.json()).toEqual(silent)
    const line = gateway.logs.findLast(({ message }) => message === 'call')?.fields
    expect(line).toMatchObject({ inputTokens: 2, outputTokens: 3, usageEstimated: true })
  })
})
