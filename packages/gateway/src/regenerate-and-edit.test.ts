import { describe, expect, it } from 'vitest'
import { type Body, conversationClient } from './test-support/conversation-client.ts'

/** A conversation of three questions. */
async function threeQuestions() {
  const client = await conversationClient()
  for (const text of ['one', 'two', 'three']) await client.say(text)
  const [first = '', second = '', third = ''] = await client.turnIds()
  const prompt = async (planned: Body, messages: readonly object[]): Promise<unknown> => {
    const { body } = await client.call('POST', '/plan', { messages, context: planned })
    return (body['rendered'] as { messages: { role: string; content: string }[] }).messages
      .filter(({ role }) => role === 'user')
      .map(({ content }) => content)
  }
  const turn = async (id: string) => (await client.call('GET', `/turns/${id}`)).body
  const newest = async () => turn((await client.turnIds()).at(-1) ?? '')
  return { ...client, first, second, third, prompt, turn, newest }
}

const user = (content: string) => ({ role: 'user', content })

describe('asking a question again', () => {
  it('by the route: a sibling with the same question that supersedes the turn', async () => {
    const { call, first, newest, second, third, turnIds } = await threeQuestions()
    const answered = await call('POST', `/turns/${second}/regenerate`, { model: 'm' })
    expect(answered).toMatchObject({ status: 200, body: { object: 'chat.completion' } })
    const turn = await newest()
    expect(turn).toMatchObject({
      parent: first,
      supersedes: second,
      status: 'completed',
      input: [{ role: 'user', content: [{ text: 'two' }] }],
    })
    expect(await turnIds('?branch=main')).toEqual([first, turn['id']])
    expect(await turnIds()).toContain(third)
  })

  it('by context, of the newest turn, streamed and with the question', async () => {
    const { ask, newest, second, third } = await threeQuestions()
    const response = await ask('POST', '/v1/chat/completions', {
      model: 'm',
      stream: true,
      messages: [user('one'), { role: 'assistant', content: 'A' }, user('three')],
      context: { conversation: 'c1', regenerate: 'last' },
    })
    expect(await response.text()).toContain('[DONE]')
    expect(await newest()).toMatchObject({ parent: second, supersedes: third, status: 'completed' })
  })

  it('keeps the instructions that the first turn brought', async () => {
    const { ask, call, newest } = await conversationClientWithInstructions()
    const [first] = (await call('GET', '/turns?order=asc')).body['data'] as Body[]
    await call('POST', `/turns/${String(first?.['id'])}/regenerate`, {})
    expect(await newest()).toMatchObject({
      supersedes: first?.['id'],
      instructions: [{ content: [{ text: 'Be brief.' }] }],
    })
    await ask('POST', '/v1/chat/completions', {
      messages: [user('hello')],
      context: { conversation: 'c1', edit: 'last' },
    })
    expect(await newest()).toMatchObject({
      instructions: [{ content: [{ text: 'Be brief.' }] }],
      input: [{ content: [{ text: 'hello' }] }],
    })
  })

  it('is planned without being asked', async () => {
    const { prompt, second, turnIds } = await threeQuestions()
    expect(await prompt({ regenerate: second }, [])).toEqual(['one', 'two'])
    expect(await prompt({ edit: second }, [user('2')])).toEqual(['one', '2'])
    expect(await turnIds()).toHaveLength(3)
  })
})

describe('putting another question in the place of one', () => {
  it('by the route: the new input is a sibling that supersedes the turn', async () => {
    const { call, first, newest, prompt, second } = await threeQuestions()
    const messages = [user('one'), { role: 'assistant', content: 'any' }, user('2')]
    const edited = await call('POST', `/turns/${second}/edit`, { model: 'm', messages })
    expect(edited.status).toBe(200)
    expect(await newest()).toMatchObject({
      parent: first,
      supersedes: second,
      input: [{ content: [{ text: '2' }] }],
    })
    expect(await prompt({}, [user('next')])).toEqual(['one', '2', 'next'])
  })

  it('of the first question begins anew', async () => {
    const { call, first, newest, prompt } = await threeQuestions()
    await call('POST', `/turns/${first}/edit`, { messages: [user('1')] })
    expect(await newest()).toMatchObject({ parent: null, supersedes: first })
    expect(await prompt({}, [user('next')])).toEqual(['1', 'next'])
  })
})

describe('continuing a branch by a call', () => {
  it('selects it, and adds to it', async () => {
    const { call, first, prompt, say, turnIds } = await threeQuestions()
    await call('POST', '/fork', { from_turn: first, name: 'other', select: false })
    expect(await prompt({ branch: 'other' }, [user('b')])).toEqual(['one', 'b'])
    expect((await say('b', { branch: 'other' })).status).toBe(200)
    expect(await turnIds('?branch=other')).toEqual([first, (await turnIds())[3]])
    expect((await call('GET', '')).body).toMatchObject({ ccp: { branch: 'other' } })
    expect(await prompt({}, [user('c')])).toEqual(['one', 'b', 'c'])
    expect(await prompt({ branch: 'main' }, [user('c')])).toEqual(['one', 'two', 'three', 'c'])
  })

  it('by a header', async () => {
    const { ask, call, first, turnIds } = await threeQuestions()
    await call('POST', '/fork', { from_turn: first, name: 'other', select: false })
    const headers = { 'x-fairlead-conversation': 'c1', 'x-fairlead-branch': 'other' }
    await ask('POST', '/v1/chat/completions', { messages: [user('b')] }, headers)
    expect(await turnIds('?branch=other')).toHaveLength(2)
  })
})

describe('a wrong choice', () => {
  it.each([
    [{ regenerate: 'turn_none' }, [], 400, 'context.regenerate'],
    [{ edit: 'turn_none' }, [user('x')], 400, 'context.edit'],
    [{ regenerate: 'last', edit: 'last' }, [user('x')], 400, 'context.edit'],
    [{ regenerate: 'last' }, [user('x')], 400, 'messages'],
    [{ edit: 'last' }, [], 400, 'messages'],
    [{ branch: 'none' }, [user('x')], 404, 'context.branch'],
    [{ regenerate: 3 }, [], 400, 'context.regenerate'],
    [{ subject: 'user:1' }, [user('x')], 400, 'context.subject'],
  ] as const)('%j is an error about its field', async (context, messages, status, param) => {
    const { ask, told, turnIds } = await threeQuestions()
    const body = { model: 'm', messages, context: { conversation: 'c1', ...context } }
    expect(await told(await ask('POST', '/v1/chat/completions', body))).toMatchObject({
      status,
      body: { error: { param } },
    })
    expect(await turnIds()).toHaveLength(3)
  })

  it.each([
    [{ branch: 'main' }, 'context.branch'],
    [{ regenerate: 'last' }, 'context.regenerate'],
    [{ conversation: 'new', edit: 'last' }, 'context.edit'],
    [{ subject: 'a' }, 'context.subject'],
  ])('%j is nothing without a conversation', async (context, param) => {
    const { ask, told } = await conversationClient()
    const body = { model: 'm', messages: [user('x')], context }
    expect(await told(await ask('POST', '/v1/chat/completions', body))).toMatchObject({
      status: 400,
      body: { error: { param } },
    })
  })

  it('in the body must be that of the path', async () => {
    const { call, second } = await threeQuestions()
    for (const [context, param] of [
      [{ conversation: 'c2' }, 'context.conversation'],
      [{ regenerate: 'last' }, 'context.regenerate'],
      [{ edit: 'last' }, 'context.edit'],
    ] as const) {
      expect(await call('POST', `/turns/${second}/regenerate`, { context })).toMatchObject({
        status: 400,
        body: { error: { param } },
      })
    }
  })
})

describe('a call that is sent again', () => {
  it('to ask a question again is answered once', async () => {
    const { ask, second, third, told, turnIds } = await threeQuestions()
    const again = (turn: string) =>
      ask(
        'POST',
        `/v1/conversations/c1/turns/${turn}/regenerate`,
        {},
        {
          'x-stainless-retry-count': '1',
          'idempotency-key': 'k',
        },
      )
    const one = await told(await again(third))
    const two = await told(await again(third))
    expect(two.body['choices']).toEqual(one.body['choices'])
    expect(await turnIds()).toHaveLength(4)
    expect((await again(second)).status).toBe(409)
  })
})

describe('the subject of a conversation', () => {
  it('is that of the call that makes it', async () => {
    const { call, list, say } = await conversationClient()
    await say('one', { subject: 'user:7' })
    expect((await call('GET', '')).body).toMatchObject({ ccp: { subject: 'user:7' } })
    expect((await say('two', { subject: 'user:7' })).status).toBe(200)
    expect(await list('?subject=user:7')).toMatchObject({ data: [{ id: 'c1' }] })
    expect((await say('three', { subject: 'x'.repeat(300) })).status).toBe(400)
  })
})

describe('the plan of a kept response', () => {
  it('is that of its turn, as long as plans are kept', async () => {
    const { ask, call, say, told } = await conversationClient()
    const body = { model: 'm', input: 'one', store: true, conversation: 'c1' }
    const { body: response } = await told(await ask('POST', '/v1/responses', body))
    const planOf = async (id: unknown, consumer?: string) =>
      told(await ask('GET', `/v1/responses/${String(id)}/plan`, undefined, {}, consumer))
    const [turn] = (await call('GET', '/turns')).body['data'] as Body[]
    expect(await planOf(response['id'])).toMatchObject({
      status: 200,
      body: { object: 'ccp.context_plan', id: turn?.['plan'], conversation: 'c1' },
    })
    expect(await planOf(response['id'], 'other')).toMatchObject({ status: 404 })
    const { body: plain } = await told(
      await ask('POST', '/v1/responses', { model: 'm', input: 'one', store: true }),
    )
    expect(await planOf(plain['id'])).toMatchObject({
      status: 404,
      body: { error: { code: 'plan_not_found' } },
    })
    for (let number = 0; number < 20; number++) await say(`q${number}`)
    expect(await planOf(response['id'])).toMatchObject({ status: 404 })
  })
})

async function conversationClientWithInstructions() {
  const client = await conversationClient()
  await client.ask('POST', '/v1/chat/completions', {
    messages: [{ role: 'system', content: 'Be brief.' }, user('hi')],
    context: { conversation: 'c1' },
  })
  const newest = async () => {
    const id = (await client.turnIds()).at(-1) ?? ''
    return (await client.call('GET', `/turns/${id}`)).body
  }
  return { ...client, newest }
}
