import { ModelError, type Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import type { PersonaInput } from '../plan/persona-input.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { assistant, brief, call, output, system, user } from '../turns/test-support/items.ts'
import type { TurnEnd } from './conversations.ts'
import {
  lastTurnsStrategy,
  openConversations,
  say,
  settled,
  turnRequest,
  turnsOf,
} from './test-support/conversation-bench.ts'

const tenant = 'team/app'
const chat = 'chat-1'
const completed = (...said: Item[]): TurnEnd => ({
  status: 'completed',
  output: said,
  usage: undefined,
  model: 'model-a',
})

async function failure(work: Promise<unknown>): Promise<ModelError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ModelError)) throw new Error(`no ModelError but ${String(error)}`)
  return error
}

describe('a conversation', () => {
  it('is made on first use under an id that the caller chose, and carries its history on', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user('one')], [assistant('first')])
    const { open, sent } = await say(conversations, [user('two')], [assistant('second')])
    expect(sent).toEqual(['user: one', 'assistant: first', 'user: two'])
    expect(open.conversation.ccp).toMatchObject({ revision: 2, head: open.turn.id, tenant })
    expect(open.turn).toMatchObject({ seq: 2, status: 'in_progress', plan: open.plan.id })
    expect(await conversations.recordedPlan(tenant, open.plan.id)).toEqual(open.plan)
  })

  it.each([
    ['a turn on an id of our own form', 'conv_01JD0000000000000000000000', true],
    ['a turn that must not make one', 'chat-9', false],
  ])('is not found by %s', async (_, conversation, createIfMissing) => {
    const { conversations } = openConversations()
    const request = turnRequest([user('hi')], { conversation, createIfMissing })
    for (const work of [conversations.begin(request), conversations.plan(request)]) {
      expect(await failure(work)).toMatchObject({ status: 404, code: 'conversation_not_found' })
    }
  })

  it('is not found by another tenant', async () => {
    const { conversations } = openConversations()
    const { open } = await say(conversations, [user('one')], [])
    const other = 'team/other'
    for (const work of [
      conversations.get(other, chat),
      turnsOf(conversations, other, chat),
      conversations.items(other, chat, {}),
      conversations.remove(other, chat),
      conversations.update({ tenant: other, id: chat }, { metadata: {} }),
    ]) {
      expect(await failure(work)).toMatchObject({ status: 404, code: 'conversation_not_found' })
    }
    const plan = await failure(conversations.recordedPlan(other, open.plan.id))
    expect(plan).toMatchObject({ status: 404, code: 'plan_not_found' })
  })

  it.each(['', 'has space', 'ü', '../up', 'x'.repeat(65)])('refuses the id %j', async (id) => {
    const { conversations } = openConversations()
    const begin = failure(conversations.begin(turnRequest([user('hi')], { conversation: id })))
    expect(await begin).toMatchObject({ status: 400, code: 'invalid_conversation_id' })
  })

  it('begins with the items that it was created with, as turns', async () => {
    const { conversations } = openConversations()
    const items = [
      system('be kind'),
      user('one'),
      assistant('first'),
      user('two'),
      assistant('2nd'),
    ]
    const { id } = await conversations.create({ tenant, items, metadata: { topic: 'x' } })
    expect(id).toMatch(/^conv_[0-9A-Z]{26}$/)
    expect(await turnsOf(conversations, tenant, id)).toHaveLength(2)
    const change = { conversation: id, strategy: lastTurnsStrategy(1) }
    const { sent } = await say(conversations, [user('three')], [], change)
    expect(sent).toEqual(['system: be kind', 'user: two', 'assistant: 2nd', 'user: three'])
  })

  it('is created once', async () => {
    const { conversations } = openConversations()
    await conversations.create({ tenant, id: chat })
    const again = await failure(conversations.create({ tenant, id: chat }))
    expect(again).toMatchObject({ status: 409, code: 'conversation_exists' })
  })

  it.each([
    ['17 pairs', Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v']))],
    ['a long key', { ['k'.repeat(65)]: 'v' }],
    ['a long value', { k: 'v'.repeat(513) }],
  ])('refuses metadata with %s', async (_, metadata) => {
    const { conversations } = openConversations()
    expect(await failure(conversations.create({ tenant, metadata }))).toMatchObject({ status: 400 })
  })

  it('is gone after it was removed, also when a turn ends later', async () => {
    const { conversations } = openConversations()
    const open = await conversations.begin(turnRequest([user('one')]))
    await conversations.remove(tenant, chat)
    await open.finish(completed(assistant('late')))
    expect(await failure(conversations.get(tenant, chat))).toMatchObject({ status: 404 })
  })
})

describe('items', () => {
  it('are listed in pages, newest first unless asked otherwise', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user('one')], [assistant('first')])
    await say(conversations, [user('two')], [assistant('second')])
    const newest = await conversations.items(tenant, chat, { limit: 3 })
    expect(newest.items.map(brief)).toEqual(['assistant: second', 'user: two', 'assistant: first'])
    expect(newest.hasMore).toBe(true)
    const after = newest.items.at(-1)?.id ?? ''
    const rest = await conversations.items(tenant, chat, { limit: 3, after })
    expect(rest).toMatchObject({ hasMore: false, items: [{ role: 'user' }] })
    const oldest = await conversations.items(tenant, chat, { order: 'asc', limit: 1 })
    expect(oldest.items.map(brief)).toEqual(['user: one'])
    expect(await conversations.item(tenant, chat, after)).toEqual(newest.items[2])
  })

  it.each([{ limit: 0 }, { limit: 101 }, { limit: 1.5 }, { after: 'msg_nowhere' }])(
    'refuse the page %j',
    async (page) => {
      const { conversations } = openConversations()
      await say(conversations, [user('one')], [])
      expect((await failure(conversations.items(tenant, chat, page))).status).toBeLessThan(500)
    },
  )

  it('do not list a question twice that failed and was asked again', async () => {
    const { conversations } = openConversations()
    const open = await conversations.begin(turnRequest([user('one')]))
    await open.finish({ ...completed(), status: 'failed' })
    await say(conversations, [user('one')], [assistant('first')])
    const { items } = await conversations.items(tenant, chat, { order: 'asc' })
    expect(items.map(brief)).toEqual(['user: one', 'assistant: first'])
  })
})

describe('history', () => {
  it('holds a cut answer that the user saw, without its cut call and its reasoning', async () => {
    const { conversations } = openConversations()
    const open = await conversations.begin(turnRequest([user('one')]))
    const reasoning = { type: 'reasoning', summary: [], signature: 's' } as const
    const said = [reasoning, assistant('half an ans'), call('call_1', '{"q":')]
    await open.finish({ ...completed(...said), status: 'incomplete' })
    const { sent } = await say(conversations, [user('go on')], [])
    expect(sent).toEqual(['user: one', 'assistant: half an ans', 'user: go on'])
  })

  it.each(['failed', 'cancelled', 'incomplete'] as const)(
    'leaves out a %s turn in which nothing was said, and says so',
    async (status) => {
      const { conversations } = openConversations()
      const failed = await conversations.begin(turnRequest([user('one')]))
      await failed.finish({ ...completed(), status })
      const { open, sent } = await say(conversations, [user('two')], [])
      expect(sent).toEqual(['user: two'])
      expect(open.plan.decisions).toMatchObject([
        {
          from: failed.turn.id,
          to: failed.turn.id,
          action: 'dropped',
          rule: 'log.status',
          reason: 'no_output',
        },
      ])
    },
  )

  it('answers calls that a crash left open with an error, and names them in the plan', async () => {
    const { conversations } = openConversations()
    const { turn } = await say(conversations, [user('one')], [call('call_1'), call('call_2')])
    const request = turnRequest([output('call_2'), user('well?')])
    const open = await conversations.begin(request)
    expect(open.items.map(brief)).toEqual([
      'user: one',
      'call call_1',
      'call call_2',
      'error call_1',
      'output call_2',
      'user: well?',
    ])
    expect(open.plan.tool_groups).toEqual({
      checked: 2,
      repaired: 1,
      repairs: [{ turn: turn.id, call_id: 'call_1', action: 'error_output_added' }],
    })
  })

  it('takes the outputs of a step that failed when the caller goes on without them', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user('one')], [call('call_1')])
    const failed = await conversations.begin(turnRequest([output('call_1', 'sunny')]))
    await failed.finish({ ...completed(), status: 'failed' })
    const { open, sent } = await say(conversations, [user('never mind')], [])
    expect(sent).toEqual(['user: one', 'call call_1', 'output call_1', 'user: never mind'])
    expect(open.plan.tool_groups.repaired).toBe(0)
  })

  it('refuses an output that answers no open call', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user('one')], [assistant('first')])
    const begin = failure(conversations.begin(turnRequest([output('call_9')])))
    expect(await begin).toMatchObject({ status: 400, code: 'unknown_call_id' })
    expect(await turnsOf(conversations, tenant, chat)).toHaveLength(1)
  })

  it('keeps sealed reasoning for its own model in its own epoch only', async () => {
    const { conversations } = openConversations()
    const thought = [{ type: 'summary_text', text: 'hm' }] as const
    const reasoning = { type: 'reasoning', summary: thought, signature: 'sealed' } as const
    await say(conversations, [user('one')], [reasoning, assistant('first')])
    const same = await conversations.plan(turnRequest([user('two')]))
    expect(same.items[1]).toEqual(reasoning)
    const other = await conversations.plan(turnRequest([user('two')], { model: 'model-b' }))
    expect(other.items[1]).toEqual({ type: 'reasoning', summary: thought })
    expect(other.plan.sealed).toMatchObject([{ action: 'omitted', reason: 'model_mismatch' }])
    const newHead = await conversations.plan(turnRequest([system('new'), user('two')]))
    expect(newHead.plan.sealed).toMatchObject([{ reason: 'prefix_changed' }])
  })
})

describe('a body that repeats the conversation', () => {
  it('is stored once', async () => {
    const { conversations } = openConversations()
    const body: Item[] = [system('be kind')]
    for (const word of ['one', 'two', 'three']) {
      body.push(user(word))
      const { open, sent } = await say(conversations, body, [assistant(`re ${word}`)])
      expect(sent).toEqual(body.map(brief))
      expect(open.turn.input.map(brief)).toEqual([`user: ${word}`])
      body.push(assistant(`re ${word}`))
    }
    const { items } = await conversations.items(tenant, chat, { order: 'asc' })
    expect(items.map(brief)).toEqual(body.map(brief))
  })

  it('becomes turns when it is new, so that LastTurns counts them', async () => {
    const { conversations } = openConversations()
    const body = [user('1'), assistant('a'), user('2'), assistant('b'), user('3')]
    const { sent } = await say(conversations, body, [], { strategy: lastTurnsStrategy(1) })
    expect(sent).toEqual(['user: 2', 'assistant: b', 'user: 3'])
    expect(await turnsOf(conversations, tenant, chat)).toHaveLength(3)
  })
})

describe('the caller’s instructions', () => {
  it('stand in front of every prompt, also when their turn is cut off', async () => {
    const { conversations } = openConversations()
    const strategy = lastTurnsStrategy(1)
    await say(conversations, [system('be kind'), user('1')], [assistant('a')], { strategy })
    await say(conversations, [user('2')], [assistant('b')], { strategy })
    const { sent } = await say(conversations, [user('3')], [assistant('c')], { strategy })
    expect(sent).toEqual(['system: be kind', 'user: 2', 'assistant: b', 'user: 3'])
    const changed = await say(conversations, [system('be brief'), user('4')], [], { strategy })
    expect(changed.sent).toEqual(['system: be brief', 'user: 3', 'assistant: c', 'user: 4'])
  })
})

describe('a persona', () => {
  const persona: PersonaInput = {
    name: 'helpful',
    generation: 1,
    hash: 'sha256:1',
    instructions: 'You are {{name}}. Today is {{date}}. {{locale}}',
    variables: [
      { name: 'name', default: 'Ada', from: undefined },
      { name: 'date', default: undefined, from: 'Clock' },
    ],
    tools: [{ name: 'zeta' }, { name: 'alpha', description: 'of the persona' }],
  }
  const day = 86_400_000

  it('is rendered in front, with its tools, and pinned until the epoch ends', async () => {
    const { conversations, clock } = openConversations()
    const tools = [{ name: 'alpha', description: 'of the caller' }, { name: 'beta' }]
    const change = { persona, tools, strategy: lastTurnsStrategy(1, 1) }
    const variables = { locale: 'en', date: 'forged' }
    const first = await say(conversations, [user('1')], [assistant('a')], { ...change, variables })
    expect(first.sent[0]).toBe('system: You are Ada. Today is 2026-01-01. en')
    expect(first.open.tools).toEqual([persona.tools[1], { name: 'beta' }, { name: 'zeta' }])
    expect(first.open.plan.persona).toBe('helpful@1')
    const prefixes = []
    for (const word of ['2', '3', '4']) {
      await clock.advance(day)
      const { open, sent } = await say(conversations, [user(word)], [assistant('x')], change)
      prefixes.push([sent[0], open.plan.epoch.n])
    }
    expect(prefixes).toEqual([
      ['system: You are Ada. Today is 2026-01-01. en', 1],
      ['system: You are Ada. Today is 2026-01-01. en', 1],
      ['system: You are Ada. Today is 2026-01-04. en', 2],
    ])
  })

  it('that was changed is in the next prompt and begins an epoch', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user('1')], [], { persona, variables: { locale: 'en' } })
    const edited = { ...persona, generation: 2, hash: 'sha256:2', instructions: 'Be brief.' }
    const { open, sent } = await say(conversations, [user('2')], [], { persona: edited })
    expect(sent[0]).toBe('system: Be brief.')
    expect(open.plan).toMatchObject({ persona: 'helpful@2', epoch: { n: 2, compacted: false } })
  })

  it('that lacks a variable is a 400 that names it, and stores nothing', async () => {
    const { conversations } = openConversations()
    const begin = failure(conversations.begin(turnRequest([user('1')], { persona })))
    expect(await begin).toMatchObject({ status: 400, param: 'context.variables.locale' })
    expect(await failure(conversations.get(tenant, chat))).toMatchObject({ status: 404 })
  })
})

describe('LastTurns', () => {
  const numbered = async (turns: number, slackTurns: number, count: number) => {
    const { conversations } = openConversations()
    const sent: string[] = []
    for (let number = 1; number <= count; number++) {
      const strategy = lastTurnsStrategy(turns, slackTurns)
      const turn = await say(conversations, [user(`${number}`)], [assistant('a')], { strategy })
      const numbers = turn.sent.filter((text) => text.startsWith('user'))
      sent.push(numbers.map((text) => text.slice(6)).join(' '))
    }
    return sent
  }

  it('with five turns sends exactly the last five and the new input', async () => {
    const sent = await numbered(5, 0, 9)
    expect(sent.slice(4)).toEqual([
      '1 2 3 4 5',
      '1 2 3 4 5 6',
      '2 3 4 5 6 7',
      '3 4 5 6 7 8',
      '4 5 6 7 8 9',
    ])
  })

  it('with slack lets the window grow before it is cut back', async () => {
    expect(await numbered(2, 2, 9)).toEqual([
      '1',
      '1 2',
      '1 2 3',
      '1 2 3 4',
      '1 2 3 4 5',
      '4 5 6',
      '4 5 6 7',
      '4 5 6 7 8',
      '7 8 9',
    ])
  })

  it('counts a tool loop as one turn and never cuts an open one', async () => {
    const { conversations } = openConversations()
    const strategy = lastTurnsStrategy(1)
    await say(conversations, [user('1')], [assistant('a')], { strategy })
    await say(conversations, [user('2')], [call('call_1')], { strategy })
    await say(conversations, [output('call_1')], [call('call_2')], { strategy })
    const step = await say(conversations, [output('call_2')], [assistant('b')], { strategy })
    const loop = ['user: 2', 'call call_1', 'output call_1', 'call call_2', 'output call_2']
    expect(step.sent).toEqual(['user: 1', 'assistant: a', ...loop])
    expect(step.open.plan.epoch).toEqual({ n: 1, compacted: false })
    const next = await say(conversations, [user('3')], [], { strategy })
    expect(next.sent).toEqual([...loop, 'assistant: b', 'user: 3'])
    expect(next.open.plan.decisions).toMatchObject([
      { action: 'dropped', count: 1, reason: 'outside_window' },
      { action: 'kept', count: 3, reason: 'within_window' },
    ])
  })
})

describe('a prompt over the context window', () => {
  const long = 'x'.repeat(400)

  it('is an error with the figures when the strategy says so', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user(long)], [assistant(long)])
    const strategy = { ...lastTurnsStrategy(5), onOverflow: 'Error' as const }
    const begin = conversations.begin(turnRequest([user('2')], { strategy, window: 200 }))
    const error = await failure(begin)
    expect(error).toMatchObject({ status: 400, code: 'context_length_exceeded' })
    expect(error.message).toContain('200')
  })

  it('is cut to six tenths of the room, so that the next turns need no cut', async () => {
    const { conversations } = openConversations()
    const compacted: boolean[] = []
    for (let number = 0; number < 12; number++) {
      const question = user(`${number} ${long}`.slice(0, 400))
      const { open } = await say(conversations, [question], [assistant(long)], { window: 1300 })
      compacted.push(open.plan.epoch.compacted)
      const total = open.plan.segments.reduce((sum, segment) => sum + segment.tokens, 0)
      expect(total).toBeLessThanOrEqual(1300)
    }
    expect(compacted.filter(Boolean)).toHaveLength(2)
  })

  it('is an error when the new input alone does not fit', async () => {
    const { conversations } = openConversations()
    const begin = conversations.begin(turnRequest([user(long)], { window: 50 }))
    expect(await failure(begin)).toMatchObject({ code: 'context_length_exceeded' })
  })
})

describe('concurrent turns', () => {
  it('wait for the one that runs', async () => {
    const { conversations } = openConversations()
    const first = await conversations.begin(turnRequest([user('1')]))
    const second = conversations.begin(turnRequest([user('2')]))
    await settled()
    await first.finish(completed(assistant('a')))
    const open = await second
    expect(open.items.map(brief)).toEqual(['user: 1', 'assistant: a', 'user: 2'])
  })

  it('are 400 conversation_locked when it runs for too long', async () => {
    const { conversations, clock } = openConversations()
    await conversations.begin(turnRequest([user('1')]))
    const second = failure(conversations.begin(turnRequest([user('2')])))
    await clock.advance(30_100)
    const retryAfterSeconds = 30
    expect(await second).toMatchObject({
      status: 400,
      code: 'conversation_locked',
      retryAfterSeconds,
    })
  })

  it.each([3_600_000, -3_600_000])('wait as long when wall time is set by %d ms', async (byMs) => {
    const { conversations, clock } = openConversations()
    await conversations.begin(turnRequest([user('1')]))
    let outcome = 'waiting'
    void conversations.begin(turnRequest([user('2')])).catch((error: unknown) => {
      outcome = (error as ModelError).code ?? ''
    })
    await clock.advance(500)
    clock.setWallTime(clock.now() + byMs)
    await clock.advance(29_400)
    expect(outcome).toBe('waiting')
    await clock.advance(200)
    expect(outcome).toBe('conversation_locked')
  })

  it('are stored one after the other, none lost and none twice', async () => {
    const { conversations } = openConversations()
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        say(conversations, [user(`${index}`)], [assistant('a')]),
      ),
    )
    const turns = await turnsOf(conversations, tenant, chat)
    expect(turns.map((turn) => turn.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(new Set(turns.flatMap((turn) => turn.input.map(brief))).size).toBe(10)
  })

  it('stop waiting when the caller is gone', async () => {
    const { conversations, clock } = openConversations()
    await conversations.begin(turnRequest([user('1')]))
    const caller = new AbortController()
    const second = conversations.begin(turnRequest([user('2')]), { signal: caller.signal })
    await settled()
    const pending = clock.pendingTimers
    caller.abort(new Error('gone'))
    await expect(second).rejects.toThrow('gone')
    expect(clock.pendingTimers).toBeLessThan(pending)
  })

  it('with an expected revision are 412 when the conversation moved on', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user('1')], [], { expectedRevision: 0 })
    await say(conversations, [user('2')], [], { expectedRevision: 1 })
    const stale = failure(conversations.begin(turnRequest([user('3')], { expectedRevision: 1 })))
    expect(await stale).toMatchObject({ status: 412, code: 'revision_conflict' })
  })

  it('go on after a turn that a crash of another process left behind', async () => {
    const { conversations, clock, store } = openConversations()
    await openConversations({ store, clock }).conversations.begin(turnRequest([user('1')]))
    await clock.advance(901_000)
    await say(conversations, [user('2')], [])
    const statuses = (await turnsOf(conversations, tenant, chat)).map((turn) => turn.status)
    expect(statuses).toEqual(['incomplete', 'completed'])
  })
})

describe('partial answers', () => {
  it('are written once per interval and survive a crash under the ids they end with', async () => {
    const { conversations, clock, store } = openConversations()
    let writes = 0
    const counted: ContextStore = {
      ...store,
      flush: (outputs) => {
        writes++
        return store.flush(outputs)
      },
    }
    const running = openConversations({ store: counted, clock }).conversations
    const open = await running.begin(turnRequest([user('1')]))
    for (const text of ['a', 'ab', 'abc']) open.flush([assistant(text)])
    expect(writes).toBe(0)
    await clock.advance(250)
    expect(writes).toBe(1)
    const partial = (await turnsOf(conversations, tenant, chat))[0]?.output[0]
    expect(partial).toMatchObject(assistant('abc'))
    expect(await conversations.recover()).toBe(1)
    const { sent } = await say(conversations, [user('2')], [])
    expect(sent).toEqual(['user: 1', 'assistant: abc', 'user: 2'])
  })

  it('keep their ids to the end', async () => {
    const { conversations, clock } = openConversations()
    const open = await conversations.begin(turnRequest([user('1')]))
    open.flush([assistant('a')])
    await clock.advance(250)
    const [partial] = await turnsOf(conversations, tenant, chat)
    const turn = await open.finish(completed(assistant('abc'), call('call_1')))
    expect(turn.output[0]?.id).toBe(partial?.output[0]?.id)
    expect(turn.output[1]?.id).toMatch(/^fc_/)
  })

  it('are all that is left of a turn that was taken for abandoned', async () => {
    const { conversations } = openConversations()
    const open = await conversations.begin(turnRequest([user('1')]))
    expect(await conversations.recover()).toBe(1)
    const error = await failure(open.finish(completed(assistant('late'))))
    expect(error).toMatchObject({ status: 409, code: 'conflict' })
    expect(await turnsOf(conversations, tenant, chat)).toMatchObject([
      { status: 'incomplete', output: [] },
    ])
    expect((await say(conversations, [user('2')], [])).turn.status).toBe('completed')
  })

  it('never come after the end', async () => {
    const { conversations, clock } = openConversations()
    const open = await conversations.begin(turnRequest([user('1')]))
    open.flush([assistant('a')])
    await open.finish(completed(assistant('abc')))
    open.flush([assistant('late')])
    await clock.advance(1000)
    const [turn] = await turnsOf(conversations, tenant, chat)
    expect(turn?.output.map(brief)).toEqual(['assistant: abc'])
  })
})

describe('a store in trouble', () => {
  const broken = new Error('disk gone')

  it('is a 503 that keeps the cause', async () => {
    const { store } = openConversations()
    const basis = () => Promise.reject(broken)
    const { conversations } = openConversations({ store: { ...store, basis } })
    const error = await failure(conversations.begin(turnRequest([user('1')])))
    expect(error).toMatchObject({ status: 503, code: 'store_unavailable', cause: broken })
    expect(error.retryAfterSeconds).toBeGreaterThan(0)
  })

  it('that does not answer costs the deadline, then is a 503', async () => {
    const { store } = openConversations()
    const conversation = () => new Promise<never>(() => {})
    const { conversations, clock } = openConversations({ store: { ...store, conversation } })
    const get = failure(conversations.get(tenant, chat))
    await clock.advance(2000)
    expect(await get).toMatchObject({ status: 503, code: 'store_unavailable' })
  })

  it('that could not take the end of a turn takes it with the next one', async () => {
    const { store } = openConversations()
    let down = true
    const finish: ContextStore['finish'] = (owner, change) =>
      down ? Promise.reject(broken) : store.finish(owner, change)
    const { conversations } = openConversations({ store: { ...store, finish } })
    const open = await conversations.begin(turnRequest([user('1')]))
    expect(await failure(open.finish(completed(assistant('a'))))).toMatchObject({ status: 503 })
    down = false
    const { sent } = await say(conversations, [user('2')], [])
    expect(sent).toEqual(['user: 1', 'assistant: a', 'user: 2'])
  })

  it('that stored a turn after all does not stay locked by it', async () => {
    const { store } = openConversations()
    let slow = true
    const late = Promise.withResolvers<void>()
    const append: ContextStore['append'] = async (change) => {
      if (slow) await late.promise
      return store.append(change)
    }
    const { conversations, clock } = openConversations({ store: { ...store, append } })
    const first = failure(conversations.begin(turnRequest([user('1')])))
    await clock.advance(2000)
    expect(await first).toMatchObject({ code: 'store_unavailable' })
    slow = false
    late.resolve()
    await settled()
    const { sent } = await say(conversations, [user('1')], [])
    expect(sent).toEqual(['user: 1'])
  })
})

describe('closing', () => {
  it('writes what is left and leaves no timer', async () => {
    const { conversations, clock, store } = openConversations()
    let flushed = 0
    const watched: ContextStore = {
      ...store,
      flush: async (outputs) => void (flushed += outputs.length),
    }
    const closing = openConversations({ store: watched, clock }).conversations
    const open = await closing.begin(turnRequest([user('1')]))
    open.flush([assistant('a')])
    await closing.close()
    await conversations.close()
    expect(flushed).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends the sweeping that deletes what expired', async () => {
    const { clock } = openConversations()
    const store = createMemoryStore({ clock, ttlMs: 30_000 })
    let deleted = 0
    const watched: ContextStore = {
      ...store,
      expire: async () => (deleted += await store.expire()),
    }
    const { conversations } = openConversations({ store: watched, clock })
    await say(conversations, [user('1')], [])
    await clock.advance(61_000)
    expect(deleted).toBe(1)
    await conversations.close()
  })
})
