import { expect, it, vi } from 'vitest'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const anthropicAnswer = {
  type: 'message',
  id: 'msg_1',
  model: 'claude',
  role: 'assistant',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
}

it.each([
  ['OpenAI', completion('hi'), {}],
  ['OpenAI', completion('hi'), { 'x-fairlead-conversation': 'c' }],
  ['Anthropic', anthropicAnswer, {}],
  ['Anthropic', anthropicAnswer, { 'x-fairlead-conversation': 'c' }],
])('the body of a call to %s is parsed once, with %o', async (type, answer, headers) => {
  const upstream = await testUpstream(json(200, answer))
  const gateway = await testGateway({
    providers: [keyedProvider('provider', { type, baseURL: upstream.url })],
    secrets: { provider: 'sk' },
  })
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'only once' }] })
  const parse = vi.spyOn(JSON, 'parse')
  try {
    const response = await gateway.post('/v1/chat/completions', body, headers)
    expect(response.status).toBe(200)
    await response.text()
    expect(parse.mock.calls.filter(([text]) => text === body)).toHaveLength(
      // What reaches a provider of the same dialect outside of a conversation is the same text, which
      // the upstream of this test parses too.
      upstream.requests[0]?.raw.toString() === body ? 2 : 1,
    )
  } finally {
    parse.mockRestore()
  }
})
