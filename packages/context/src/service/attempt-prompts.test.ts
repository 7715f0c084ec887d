import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import type { PromptTarget } from '../plan/prompt-target.ts'
import { assistant, brief, call, output, system, user } from '../turns/test-support/items.ts'
import type { Conversations, TurnRequest } from './conversations.ts'
import {
  lastTurnsStrategy,
  openConversations,
  promptTarget,
  turnRequest,
  turnsOf,
} from './test-support/conversation-bench.ts'

const tenant = 'team/app'
const chat = 'chat-1'
const sealed = (text: string) =>
  ({
    type: 'reasoning',
    summary: [],
    content: [{ type: 'reasoning_text', text }],
    signature: `seal of ${text}`,
  }) as const

const claude = (change: Partial<PromptTarget> = {}) => promptTarget('claude', change)

interface Asking {
  readonly target: PromptTarget
  readonly change?: Partial<TurnRequest>
}

/** One turn that a target answers at the first attempt. */
async function ask(
  conversations: Conversations,
  input: readonly Item[],
  answer: readonly Item[],
  { target, change = {} }: Asking,
) {
  const request = turnRequest(input, { ...change, model: target.model, targets: [target] })
  const open = await conversations.begin(request)
  await open.answering(target, 1)
  const end = {
    status: 'completed',
    output: answer,
    usage: undefined,
    model: target.model,
  } as const
  const turn = await open.finish(end)
  return { open, turn }
}

const sealsIn = (items: readonly Item[]) =>
  items.flatMap((item) => ('signature' in item ? [item.signature] : []))

describe('seals of a turn', () => {
  const answer = [sealed('one'), assistant('first')]

  it.each([
    ['provider', { provider: 'team/other' }, 'provider_mismatch'],
    ['platform', { platform: 'Bedrock https://eu.example.com' }, 'platform_mismatch'],
    ['model', { model: 'claude-z' }, 'model_mismatch'],
    ['account', { account: 'account-b' }, 'account_mismatch'],
    ['rendering', { rendering: 'another dialect' }, 'prefix_changed'],
  ] as const)('do not go to another %s, and the plan says so', async (_, change, reason) => {
    const { conversations } = openConversations()
    const { turn } = await ask(conversations, [user('1')], answer, { target: claude() })
    const { open } = await ask(conversations, [user('2')], [], { target: claude(change) })
    expect(sealsIn(open.items)).toEqual([])
    expect(open.items.map(brief)).toEqual(['user: 1', 'reasoning', 'assistant: first', 'user: 2'])
    expect(open.plan.sealed).toEqual([
      { turn: turn.id, item: turn.output[0]?.id, action: 'omitted', reason },
    ])
  })

  it('go back to the account that made them, also after another was asked', async () => {
    const { conversations } = openConversations()
    const other = claude({ account: 'account-b' })
    await ask(conversations, [user('1')], [sealed('a1'), assistant('1')], { target: claude() })
    await ask(conversations, [user('2')], [sealed('a2'), assistant('2')], { target: claude() })
    await ask(conversations, [user('3')], [sealed('b3'), assistant('3')], { target: other })
    const back = await ask(conversations, [user('4')], [sealed('a4'), assistant('4')], {
      target: claude(),
    })
    expect(sealsIn(back.open.items)).toEqual(['seal of a1', 'seal of a2'])
    const again = await ask(conversations, [user('5')], [], { target: other })
    expect(sealsIn(again.open.items)).toEqual(['seal of b3'])
    const last = await ask(conversations, [user('6')], [], { target: claude() })
    expect(sealsIn(last.open.items)).toEqual(['seal of a1', 'seal of a2', 'seal of a4'])
  })

  it('go only where all that precedes them is what they were made after', async () => {
    const { conversations } = openConversations()
    const target = claude()
    await ask(conversations, [user('1')], answer, { target })
    await ask(conversations, [user('2')], [sealed('two'), assistant('second')], { target })
    const changes: [string, Partial<TurnRequest>, readonly Item[]][] = [
      ['tools', { tools: [{ name: 'look_up' }] }, [user('3')]],
      ['instructions', {}, [system('be brief'), user('3')]],
      ['history', { strategy: lastTurnsStrategy(1) }, [user('3')]],
    ]
    for (const [name, change, input] of changes) {
      const request = turnRequest(input, { ...change, model: 'claude', targets: [target] })
      const { items, plan } = await conversations.plan(request)
      expect(sealsIn(items), name).toEqual([])
      expect(new Set(plan.sealed.map(({ reason }) => reason)), name).toEqual(
        new Set(['prefix_changed']),
      )
    }
  })

  it('are left out where nobody knows who made them', async () => {
    const { conversations } = openConversations()
    const target = claude()
    const open = await conversations.begin(turnRequest([user('1')], { targets: [target] }))
    await open.finish({ status: 'completed', output: answer, usage: undefined, model: 'claude' })
    const { plan } = await conversations.plan(turnRequest([user('2')], { targets: [target] }))
    expect(plan.sealed).toMatchObject([{ reason: 'unknown_origin' }])
  })

  it('that the caller brings with the call are its own to answer for', async () => {
    const { conversations } = openConversations()
    const body = [user('1'), ...answer, user('2')]
    const { open } = await ask(conversations, body, [], { target: claude() })
    expect(sealsIn(open.items)).toEqual(['seal of one'])
  })

  it('of calls and of the provider’s own blocks go with them', async () => {
    const { conversations } = openConversations()
    const search = (block: object): Item => ({
      type: 'fairlead:native',
      role: 'assistant',
      dialect: 'anthropic-messages',
      block: { ...block },
    })
    const found = [{ url: 'https://example.com', encrypted_content: 'abc' }]
    const said: Item[] = [
      search({ type: 'server_tool_use', id: 's1', name: 'web_search', input: {} }),
      search({ type: 'web_search_tool_result', tool_use_id: 's1', content: found }),
      assistant('found'),
      { ...call('call_1'), signature: 'thought', maker: 'gemini' },
    ]
    await ask(conversations, [user('1')], said, { target: claude() })
    const same = await conversations.plan(turnRequest([output('call_1')], { targets: [claude()] }))
    expect(same.items.map(brief)).toEqual([
      'user: 1',
      'native anthropic-messages',
      'native anthropic-messages',
      'assistant: found',
      'call call_1',
      'output call_1',
    ])
    const targets = [claude({ account: 'account-b' })] as const
    const other = await conversations.plan(turnRequest([output('call_1')], { targets }))
    expect(other.items.map(brief)).toEqual([
      'user: 1',
      'assistant: found',
      'call call_1',
      'output call_1',
    ])
    expect(sealsIn(other.items)).toEqual([])
    expect(other.plan.sealed).toHaveLength(3)
  })
})

describe('the prompt of an attempt', () => {
  const small = claude({ name: 'small', window: 60 })
  const large = promptTarget('gpt', { name: 'large', provider: 'team/other', window: 10_000 })
  const long = (text: string) => `${text} ${'word '.repeat(20)}`

  it('is that of the target that is asked: a larger window has all the history', async () => {
    const { conversations } = openConversations()
    for (const text of ['1', '2', '3']) {
      await ask(conversations, [user(long(text))], [assistant('ok')], { target: large })
    }
    const request = turnRequest([user('4')], { model: 'claude', targets: [small, large] })
    const open = await conversations.begin(request)
    expect(open.plan).toMatchObject({
      window: 60,
      attempt: { number: 1, target: 'small', provider: 'team/provider', model: 'claude' },
    })
    expect(open.items.length).toBeLessThan(7)
    const fallback = open.promptFor(large, 2)
    expect(fallback.items).toHaveLength(7)
    expect(fallback.plan.id).toBe(open.plan.id)
    await open.answering(large, 2)
    const stored = await conversations.recordedPlan(tenant, open.plan.id)
    expect(stored).toEqual(fallback.plan)
    expect(stored).toMatchObject({ window: 10_000, attempt: { number: 2, target: 'large' } })
    const turn = await open.finish({
      status: 'completed',
      output: [assistant('done')],
      usage: undefined,
      model: 'gpt',
    })
    expect(turn.answered_by).toMatchObject({ provider: 'team/other', model: 'gpt' })
    const { ccp } = await conversations.get(tenant, chat)
    expect(ccp.epoch.from_turn).toBeNull()
  })

  it('is kept, with its epoch, for an end that the store refuses until the next call', async () => {
    const { store: memory } = openConversations()
    let isDown = false
    const whileUp = <T>(work: () => Promise<T>) =>
      isDown ? Promise.reject(new Error('down')) : work()
    const { conversations } = openConversations({
      store: {
        ...memory,
        finish: (...list) => whileUp(() => memory.finish(...list)),
        replacePlan: (...list) => whileUp(() => memory.replacePlan(...list)),
      },
    })
    for (const text of ['1', '2', '3']) {
      await ask(conversations, [user(long(text))], [assistant('ok')], { target: large })
    }
    const request = turnRequest([user('4')], { model: 'claude', targets: [small, large] })
    const open = await conversations.begin(request)
    isDown = true
    await open.answering(large, 2)
    const said = { output: [assistant('done')], usage: undefined, model: 'gpt' }
    await expect(open.finish({ ...said, status: 'completed' })).rejects.toThrow()
    isDown = false
    const stored = await memory.conversation(tenant, chat)
    expect(stored?.ccp.epoch.from_turn).not.toBeNull()
    const next = await conversations.begin(turnRequest([user('5')], { targets: [large] }))
    expect(next.items).toHaveLength(9)
    const plan = await conversations.recordedPlan(tenant, open.plan.id)
    expect(plan).toMatchObject({ window: 10_000, attempt: { number: 2, target: 'large' } })
    expect(next.conversation.ccp.epoch.from_turn).toBeNull()
    expect(next.conversation.ccp.epoch.cut_for ?? null).toBeNull()
  })

  it('brings back, for a larger window, what an earlier turn had cut for a smaller one', async () => {
    const { conversations } = openConversations()
    for (const text of ['1', '2', '3']) {
      await ask(conversations, [user(long(text))], [assistant('ok')], { target: large })
    }
    const cut = await ask(conversations, [user('4')], [assistant('ok')], { target: small })
    expect(cut.open.plan.epoch.compacted).toBe(true)
    const stays = await conversations.plan(turnRequest([user('5')], { targets: [small] }))
    expect(stays.plan.epoch).toEqual({ n: cut.open.plan.epoch.n, compacted: false })
    const whole = await conversations.plan(turnRequest([user('5')], { targets: [large] }))
    expect(whole.items).toHaveLength(9)
  })

  it('is refused where a target has no room for it, and made for the next', async () => {
    const { conversations } = openConversations()
    const targets = [small, large] as const
    const open = await conversations.begin(turnRequest([user(long('1').repeat(3))], { targets }))
    expect(open.plan.attempt.target).toBe('large')
    expect(() => open.promptFor(small, 1)).toThrow(
      expect.objectContaining({ code: 'context_length_exceeded' }) as Error,
    )
  })

  it('is refused with the figures of the first target where no target has room', async () => {
    const { conversations } = openConversations()
    const targets = [small, claude({ window: 70 })] as const
    const begin = conversations.begin(turnRequest([user(long('1').repeat(9))], { targets }))
    await expect(begin).rejects.toThrow('its context window of 60')
    await expect(conversations.get(tenant, chat)).rejects.toMatchObject({ status: 404 })
  })
})

describe('tools', () => {
  const tool = (name: string, description = name) => ({ name, description })

  it('keep their order within an epoch; new ones come last, a changed one has all sorted', async () => {
    const { conversations } = openConversations()
    const withTools = async (...tools: ReturnType<typeof tool>[]) => {
      const change = { tools }
      const question = user(`call ${JSON.stringify(tools)}`)
      const { open } = await ask(conversations, [question], [assistant('ok')], {
        target: claude(),
        change,
      })
      return [open.tools.map(({ name }) => name).join(' '), open.plan.epoch.n]
    }
    expect(await withTools(tool('d'), tool('b'))).toEqual(['b d', 1])
    expect(await withTools(tool('c'), tool('b'), tool('d'))).toEqual(['b d c', 1])
    expect(await withTools(tool('d'), tool('a'), tool('c'), tool('b'))).toEqual(['b d c a', 1])
    expect(await withTools(tool('d'), tool('a'), tool('c'), tool('b', 'new'))).toEqual([
      'a b c d',
      2,
    ])
    expect(await withTools(tool('d'), tool('b', 'new'))).toEqual(['b d', 3])
  })
})

describe('outputs of calls that were made together', () => {
  it('are refused one by one, and nothing is stored', async () => {
    const { conversations } = openConversations()
    const target = claude()
    await ask(conversations, [user('1')], [call('a'), call('b')], { target })
    for (const id of ['a', 'b']) {
      const begin = conversations.begin(turnRequest([output(id)], { targets: [target] }))
      await expect(begin).rejects.toMatchObject({ status: 400, code: 'missing_tool_outputs' })
      await expect(begin).rejects.toThrow(id === 'a' ? '"b"' : '"a"')
    }
    expect(await turnsOf(conversations, tenant, chat)).toHaveLength(1)
    const both = await ask(conversations, [output('b'), output('a')], [], { target })
    expect(both.open.plan.tool_groups.repaired).toBe(0)
  })

  it('are repaired where a user goes on without them', async () => {
    const { conversations } = openConversations()
    const target = claude()
    await ask(conversations, [user('1')], [call('a'), call('b')], { target })
    const { open } = await ask(conversations, [output('a'), user('go on')], [], { target })
    expect(open.items.map(brief)).toEqual([
      'user: 1',
      'call a',
      'call b',
      'output a',
      'error b',
      'user: go on',
    ])
    expect(open.plan.tool_groups.repaired).toBe(1)
  })
})

describe('the epoch of a branch', () => {
  const target = claude()
  const said = (count: number) =>
    Array.from({ length: count }, (_, index) => index + 1).flatMap((n) => [
      user(`question ${n}`),
      assistant(`answer ${n}`),
    ])

  async function talk(change: Partial<TurnRequest>) {
    const { conversations } = openConversations()
    for (let n = 1; n <= 4; n += 1) {
      const answer = [sealed(`s${n}`), assistant(`answer ${n}`)]
      await ask(conversations, [user(`question ${n}`)], answer, { target, change })
    }
    const { ccp } = await conversations.get(tenant, chat)
    const planned = async (input: readonly Item[]) =>
      conversations.plan(turnRequest(input, { model: 'claude', targets: [target], ...change }))
    return { epoch: ccp.epoch.n, planned }
  }

  it('goes on, with the seals of what both have, where the branch leaves within it', async () => {
    const { epoch, planned } = await talk({})
    const again = await planned([...said(3), user('question 4')])
    expect(again.plan.superseded).not.toBeNull()
    expect(again.plan.epoch).toEqual({ n: epoch, compacted: false })
    expect(sealsIn(again.items)).toEqual(['seal of s1', 'seal of s2', 'seal of s3'])
    const edited = await planned([...said(1), user('something else')])
    expect(edited.plan.branched_at).not.toBeNull()
    expect(edited.plan.epoch).toEqual({ n: epoch, compacted: false })
    expect(sealsIn(edited.items)).toEqual(['seal of s1'])
  })

  it('is another where the branch leaves before it began; the persona stays as it was', async () => {
    const persona = {
      name: 'guide',
      generation: 1,
      hash: 'sha256:1',
      instructions: 'At {{place}}.',
      variables: [],
      tools: [],
    }
    const strategy = lastTurnsStrategy(1, 1)
    const { epoch, planned } = await talk({ persona, strategy, variables: { place: 'home' } })
    expect(epoch).toBeGreaterThan(1)
    const request = [...said(1), user('something else')]
    const { items, plan } = await planned(request)
    expect(plan.epoch).toEqual({ n: epoch + 1, compacted: false })
    expect(items.map(brief)).toEqual([
      'system: At home.',
      'user: question 1',
      'reasoning',
      'assistant: answer 1',
      'user: something else',
    ])
  })
})
