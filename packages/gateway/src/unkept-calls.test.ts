import { describe, expect, it } from 'vitest'
import { type Body, conversationClient } from './test-support/conversation-client.ts'

const apis = [
  {
    path: '/v1/chat/completions',
    body: (text: string): Body => ({ messages: [{ role: 'user', content: text }] }),
  },
  { path: '/v1/responses', body: (text: string): Body => ({ input: text }) },
]

describe.each(apis)('a call with store: false in a conversation, at $path', ({ path, body }) => {
  const start = async () => {
    const client = await conversationClient()
    const ask = async (
      text: string,
      more: Body = {},
      headers: Readonly<Record<string, string>> = {},
    ) => {
      const response = await client.ask(
        'POST',
        path,
        { model: 'm', store: false, ...body(text), ...more },
        { 'x-fairlead-conversation': 'c1', ...headers },
      )
      return { response, text: await response.text() }
    }
    return { ...client, ask }
  }

  it('sees its history and leaves it as it is', async () => {
    const { ask, call, say, turnIds } = await start()
    await say('Hello')
    await say('And then?')
    const [before, turns] = [await call('GET', ''), await turnIds()]
    const { response, text } = await ask('In secret', { context: { variables: { a: 'b' } } })
    expect(response.status, text).toBe(200)
    expect(text).toContain('I see 5 messages')
    expect(response.headers.get('x-fairlead-conversation')).toBe('c1')
    expect(response.headers.get('x-fairlead-revision')).toBe('2')
    expect(response.headers.has('x-fairlead-plan')).toBe(false)
    expect(response.headers.has('x-fairlead-turn')).toBe(false)
    expect(await call('GET', '')).toEqual(before)
    expect(await turnIds()).toEqual(turns)
    const streamed = await ask('In secret', { stream: true })
    expect(streamed.text).toContain('5')
    expect(await turnIds()).toEqual(turns)
  })

  it('makes no conversation', async () => {
    const { ask, call, list } = await start()
    for (const conversation of ['c1', 'new']) {
      const { response, text } = await ask('Hello', {}, { 'x-fairlead-conversation': conversation })
      expect(response.status, text).toBe(200)
      expect(response.headers.has('x-fairlead-conversation')).toBe(false)
      expect(response.headers.has('x-fairlead-revision')).toBe(false)
    }
    expect((await call('GET', '')).status).toBe(404)
    expect((await list('')).data).toEqual([])
    const { response } = await ask(
      'Hello',
      {},
      { 'x-fairlead-conversation': 'conv_01JAAAAAAAAAAAAAAAAAAAAAAA' },
    )
    expect(response.status).toBe(404)
  })

  it('asks again without replacing the answer', async () => {
    const { ask, say, turnIds } = await start()
    await say('Hello')
    await say('And then?')
    const turns = await turnIds()
    const again = await ask('Rather', { context: { edit: turns[1] } })
    expect(again.text).toContain('I see 3 messages')
    expect(await turnIds()).toEqual(turns)
    const stale = await ask('Hello', { context: { expected_revision: 1 } })
    expect(stale.response.status).toBe(412)
  })

  it('refuses what would have no effect', async () => {
    const { ask } = await start()
    for (const [more, headers, param] of [
      [{ context: { on_concurrent: 'interrupt' } }, {}, 'context.on_concurrent'],
      [{}, { 'idempotency-key': 'k' }, 'Idempotency-Key'],
    ] as const) {
      const { response, text } = await ask('Hello', more, headers)
      expect(response.status).toBe(400)
      expect(JSON.parse(text)).toMatchObject({ error: { param } })
    }
  })
})
