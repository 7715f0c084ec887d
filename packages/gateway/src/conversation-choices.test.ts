import { describe, expect, it } from 'vitest'
import { keyedProvider, personaOf, promptOf, strategyOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const ask = (content: string, context?: object) => ({
  model: 'm',
  messages: [{ role: 'user', content }],
  ...(context === undefined ? {} : { context }),
})
const mine = { 'x-fairlead-conversation': 'mine' }

async function start() {
  const upstream = await testUpstream(json(200, completion('ok')))
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
    personas: [personaOf('polite'), personaOf('rude')],
    strategies: [strategyOf('short', { history: { mode: 'LastTurns', turns: 1, slackTurns: 0 } })],
    prompts: [promptOf('translate', [{ version: '1' }])],
  })
  const said = async (body: object, headers: Record<string, string> = {}) => {
    const response = await gateway.chat(body, headers)
    expect(response.status).toBe(200)
    await response.text()
    return upstream.requests.at(-1)?.body['messages'] as { role: string; content: string }[]
  }
  const refusal = async (response: Response) => {
    const { error } = (await response.json()) as { error: { code: string; param: string } }
    return { status: response.status, code: error.code, param: error.param }
  }
  return { gateway, refusal, said, upstream }
}

describe('persona and strategy of the call that makes a conversation', () => {
  it.each(['mine', 'new'])('stay, whether its id is chosen or not: %s', async (id) => {
    const { gateway, said } = await start()
    const first = await gateway.chat(ask('one'), {
      'x-fairlead-conversation': id,
      'x-fairlead-persona': 'polite',
      'x-fairlead-strategy': 'short',
    })
    const later = { 'x-fairlead-conversation': first.headers.get('x-fairlead-conversation') ?? '' }
    await said(ask('two'), later)
    const sent = await said(ask('three'), later)
    expect(sent.map(({ content }) => content)).toEqual(['You are polite.', 'two', 'ok', 'three'])
    const [other] = await said(ask('four'), { ...later, 'x-fairlead-persona': 'rude' })
    expect(other?.content).toBe('You are rude.')
    expect((await said(ask('five'), later))[0]?.content).toBe('You are polite.')
  })
})

describe('an Idempotency-Key that is used again', () => {
  it.each([mine, { 'x-fairlead-conversation': 'new' }, {}])(
    'with another choice in a header is a conflict: %j',
    async (place) => {
      const { gateway, refusal, said, upstream } = await start()
      const keyed = { ...place, 'idempotency-key': 'k' }
      await said(ask('hi'), { ...keyed, 'x-fairlead-persona': 'polite' })
      for (const other of [
        {},
        { 'x-fairlead-persona': 'rude' },
        { 'x-fairlead-persona': 'polite', 'x-fairlead-strategy': 'short' },
        { 'x-fairlead-persona': 'polite', 'x-fairlead-prompt': 'translate' },
      ] as Record<string, string>[]) {
        expect(await refusal(await gateway.chat(ask('hi'), { ...keyed, ...other }))).toMatchObject({
          status: 409,
          code: 'idempotency_conflict',
        })
      }
      expect(upstream.requests).toHaveLength(1)
    },
  )
})

describe('a place that cannot be', () => {
  it.each(['""', '"', '" "', '0x1', '1e1', 'W/"1"', '-1', '1.0', '"1'])(
    'is refused: If-Match %s',
    async (revision) => {
      const { gateway, refusal } = await start()
      const refused = await gateway.chat(ask('hi'), { ...mine, 'if-match': revision })
      expect(await refusal(refused)).toMatchObject({ status: 400, param: 'If-Match' })
    },
  )

  it.each<[object, object?]>([
    [{ branch: 'other' }],
    [{ expected_revision: 3 }],
    [{ variables: { '': 'x' } }],
    [{}, { role: 'tool', tool_call_id: 'c1', content: 'x' }],
  ])('is refused of a new conversation, and leaves none behind: %j %j', async (place, message) => {
    const { gateway, said } = await start()
    const body = ask('hi', { conversation: 'new', ...place })
    const asked = message === undefined ? body : { ...body, messages: [message] }
    expect([400, 412]).toContain((await gateway.chat(asked)).status)
    const listed = await fetch(`${gateway.url}/v1/conversations`)
    expect(await listed.json()).toMatchObject({ data: [] })
    await said(ask('hi', { conversation: 'new', branch: 'main' }))
  })

  it.each(['regenerate', 'edit'])(
    'is not found: to %s in a conversation that does not exist',
    async (action) => {
      const { gateway, refusal } = await start()
      const path = `/v1/conversations/mine/turns/last/${action}`
      const missing = { status: 404, code: 'conversation_not_found' }
      expect(await refusal(await gateway.post(path, ask('hi')))).toMatchObject(missing)
      const planned = ask('hi', { [action]: 'last' })
      expect(
        await refusal(await gateway.post('/v1/conversations/mine/plan', planned)),
      ).toMatchObject(missing)
    },
  )
})

it('the input tokens of a conversation are those of its selected branch', async () => {
  const { gateway, said } = await start()
  const count = async () => {
    const body = { model: 'm', input: 'x', conversation: 'mine' }
    return (await gateway.post('/v1/responses/input_tokens', body)).json()
  }
  await said(ask('a question of several words'), mine)
  const before = await count()
  await said({ model: 'm', context: { conversation: 'mine', regenerate: 'last' } })
  expect(await count()).toEqual(before)
})
