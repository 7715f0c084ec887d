import { expect, it } from 'vitest'
import { keyedProvider, routeOf, strategyOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { json } from './test-support/upstream.ts'

const answer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'm',
  prompt_cache_key: 'theirs',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'ok', annotations: [] }],
    },
  ],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
}

async function start(type: string, given: object = answer) {
  const upstream = await testUpstream(json(200, given))
  const baseURL = `${upstream.url}/v1`
  const gateway = await testGateway({
    providers: [keyedProvider('one', { type, baseURL }), keyedProvider('two', { type, baseURL })],
    secrets: { one: 'sk-1', two: 'sk-2' },
    routes: [
      routeOf('one', [{ provider: 'one', model: 'm' }], { match: { models: ['one'] } }),
      routeOf('two', [{ provider: 'two', model: 'm' }], { match: { models: ['two'] } }),
    ],
    strategies: [strategyOf('cached'), strategyOf('plain', { promptCaching: 'None' })],
  })
  const ask = async (path: string, body: object, headers: Record<string, string>) => {
    const answered = await gateway.post(path, body, headers)
    const text = await answered.text()
    expect(answered.status, text).toBe(200)
    return { key: upstream.requests.at(-1)?.body['prompt_cache_key'], text }
  }
  const messages = [{ role: 'user', content: 'hi' }]
  const keyOf = async (
    conversation: string | undefined,
    more: object = {},
    strategy = 'cached',
  ) => {
    const body = { model: 'one', messages, ...more }
    if (conversation === undefined) return (await ask('/v1/chat/completions', body, {})).key
    const headers = { 'x-fairlead-conversation': conversation, 'x-fairlead-strategy': strategy }
    return (await ask('/v1/chat/completions', body, headers)).key
  }
  return { ask, keyOf, upstream }
}

it.each(['OpenAI', 'Mistral'])('%s gets one key for each conversation', async (type) => {
  const { keyOf } = await start(type)
  const key = await keyOf('chat-a')
  expect(key).toMatch(/^[0-9a-f]{32}$/)
  expect(await keyOf('chat-a')).toBe(key)
  expect(await keyOf('chat-b')).not.toBe(key)
  expect(await keyOf('chat-a', { model: 'two' })).not.toBe(key)
  // What is asked without being kept begins as the conversation does.
  expect(await keyOf('chat-a', { store: false })).toBe(key)
})

it('a key of the caller is sent as it is, and none where the strategy wants none', async () => {
  const { keyOf } = await start('OpenAI')
  expect(await keyOf('chat-a', { prompt_cache_key: 'mine' })).toBe('mine')
  expect(await keyOf('chat-a', {}, 'plain')).toBeUndefined()
})

it('a call outside of a conversation passes as it was sent', async () => {
  const { keyOf, upstream } = await start('OpenAI')
  expect(await keyOf(undefined)).toBeUndefined()
  expect(upstream.requests.at(-1)?.body).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }],
  })
})

it('servers that may not know the field are not sent it', async () => {
  const { keyOf } = await start('OpenAICompatible')
  expect(await keyOf('chat-a')).toBeUndefined()
})

it('a Responses call has it, and its caller is told what the caller has sent', async () => {
  const { ask } = await start('OpenAI', response)
  const headers = { 'x-fairlead-conversation': 'chat-a' }
  const { key, text } = await ask('/v1/responses', { model: 'one', input: 'hi' }, headers)
  expect(key).toMatch(/^[0-9a-f]{32}$/)
  expect(text).not.toContain(String(key))
  expect(text).not.toContain('theirs')
})
