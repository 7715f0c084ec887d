import { expect, it } from 'vitest'
import { keyedProvider, routeOf, strategyOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { json } from './test-support/upstream.ts'

const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
const compaction = { type: 'compaction', id: 'cmp_1', encrypted_content: 'c2VhbGVk' }
const said = (text: string) => ({
  type: 'message',
  id: `msg_${text}`,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const responseOf = (output: readonly object[]) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'm',
  output,
  usage,
})
const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
}

async function start() {
  const upstream = await testUpstream(json(200, responseOf([said('first')])))
  const baseURL = `${upstream.url}/v1`
  const gateway = await testGateway({
    providers: [
      keyedProvider('own', { type: 'OpenAI', baseURL }),
      keyedProvider('other', { type: 'OpenAICompatible', baseURL }),
    ],
    secrets: { own: 'sk-1', other: 'sk-2' },
    routes: [
      routeOf('own', [{ provider: 'own', model: 'm' }], { match: { models: ['own'] } }),
      routeOf('other', [{ provider: 'other', model: 'm' }], { match: { models: ['other'] } }),
    ],
    strategies: [strategyOf('compacted', { compactAtTokens: 5000 })],
  })
  const ask = async (path: string, body: object) => {
    const headers = { 'x-fairlead-conversation': 'chat', 'x-fairlead-strategy': 'compacted' }
    const answer = await gateway.post(path, body, headers)
    expect(answer.status, await answer.text()).toBe(200)
    const plan = await fetch(`${gateway.url}/v1/plans/${answer.headers.get('x-fairlead-plan')}`)
    return {
      sent: upstream.requests.at(-1)?.body ?? {},
      plan: (await plan.json()) as Record<string, unknown>,
    }
  }
  return {
    upstream,
    ask,
    say: (input: string, more = {}) => ask('/v1/responses', { model: 'own', input, ...more }),
  }
}

it('a provider is asked to compact, and its compaction stands for the turns before it', async () => {
  const { ask, say, upstream } = await start()
  const { plan, sent } = await say('one')
  expect(plan['provider_compaction']).toBe('asked')
  const asked = [{ type: 'compaction', compact_threshold: 5000 }]
  expect(sent['context_management']).toEqual(asked)
  upstream.answer = json(200, responseOf([compaction, said('second')]))
  await say('two')
  upstream.answer = json(200, responseOf([said('third')]))
  const third = await say('three')
  expect(third.sent['input']).toMatchObject([
    { type: 'compaction', encrypted_content: 'c2VhbGVk' },
    { role: 'assistant', content: [{ text: 'second' }] },
    { role: 'user', content: [{ text: 'three' }] },
  ])
  expect(third.plan['decisions']).toMatchObject([
    { action: 'summarised', reason: 'compacted_by_provider', count: 1 },
    { action: 'kept' },
  ])

  upstream.answer = json(200, completion)
  const messages = [{ role: 'user', content: 'four' }]
  const other = await ask('/v1/chat/completions', { model: 'other', messages })
  expect(other.plan['provider_compaction']).toBe('not_offered')
  expect(other.sent['context_management']).toBeUndefined()
  expect(JSON.stringify(other.sent)).not.toContain('compaction')
  expect(other.sent['messages']).toHaveLength(7)
})

it('what the caller says of it is sent as it is', async () => {
  const { say } = await start()
  const own = [{ type: 'compaction', compact_threshold: 9000 }]
  expect((await say('one', { context_management: own })).sent['context_management']).toEqual(own)
})
