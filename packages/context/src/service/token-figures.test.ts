import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import type { CountRequest, TokenCounter } from '../tokens/token-counter.ts'
import { assistant, brief, user } from '../turns/test-support/items.ts'
import type { ConversationsOptions } from './conversations-options.ts'
import type { Conversations, TurnRequest } from './conversations.ts'
import {
  lastTurnsStrategy,
  openConversations,
  promptTarget,
  say,
  settled,
  turnRequest,
} from './test-support/conversation-bench.ts'

/** A tokenizer that reads one character with each token, and notes what it was asked. */
function characters() {
  const requests: CountRequest[] = []
  const counter: TokenCounter = {
    async count(request) {
      requests.push(request)
      return request.texts.map((text) => text.length)
    },
  }
  return { counter, requests }
}

function bench(options: Partial<Omit<ConversationsOptions, 'clock'>> = {}) {
  const { counter, requests } = characters()
  return { ...openConversations({ counter, ...options }), requests }
}

const overhead = 4
const totalOf = ({ segments }: { readonly segments: readonly { readonly tokens: number }[] }) =>
  segments.reduce((total, { tokens }) => total + tokens, 0)

/** A strategy that sends everything there is room for. */
const windowed = (window: number, reserveOutputTokens = 0) => ({
  window,
  strategy: { ...turnRequest([]).strategy, reserveOutputTokens },
})

/** Runs a turn whose provider reports so many input tokens. */
async function report(
  conversations: Conversations,
  text: string,
  inputTokens: number,
  change: Partial<TurnRequest> = {},
) {
  const open = await conversations.begin(turnRequest([user(text)], change))
  const usage = {
    inputTokens,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
  }
  const [target] = turnRequest([], change).targets
  await open.answering(target, 1)
  await open.finish({ status: 'completed', output: [assistant('ok')], usage, model: 'model-a' })
  await conversations.recordedPlan('team/app', open.plan.id)
  return open
}

describe('the figures of a prompt', () => {
  it('are estimates, for which nothing is counted, where it surely fits', async () => {
    const { conversations, requests } = bench()
    const { plan } = await conversations.begin(
      turnRequest([user('x'.repeat(1000))], windowed(1050)),
    )
    expect(requests).toEqual([])
    expect(plan.counted_by).toEqual({ method: 'bytes/4', error_p95: null })
  })

  it('are counted before the call where it may not fit', async () => {
    const { conversations, requests } = bench()
    const { plan } = await conversations.begin(
      turnRequest([user('x'.repeat(1000))], windowed(1010)),
    )
    expect(requests).toHaveLength(1)
    expect(plan.counted_by.method).toBe('o200k_base')
    expect(totalOf(plan)).toBe(1000 + overhead)
  })

  it('leave room for what another tokenizer may read more, until its reports tell', async () => {
    const { conversations } = bench()
    for (let turn = 1; turn <= 6; turn++) {
      await say(conversations, [user(`q${turn} ${'x'.repeat(997)}`)], [assistant(`a${turn}`)])
    }
    const kept = async () => {
      const { items } = await conversations.plan(turnRequest([user('next')], windowed(6200)))
      return items.filter((item) => brief(item).startsWith('user: q')).length
    }
    expect(await kept()).toBe(2)
    const options = { conversation: 'other', strategy: lastTurnsStrategy(0) }
    for (let turn = 0; turn < 6; turn++) {
      await report(conversations, 'x'.repeat(996), 1000, options)
    }
    expect(await kept()).toBe(6)
    for (let turn = 0; turn < 6; turn++) {
      await report(conversations, 'x'.repeat(996), 2000, options)
    }
    expect(await kept()).toBe(1)
  })

  it('cut a history that only looks as if it fitted', async () => {
    const { conversations } = bench()
    for (let turn = 1; turn <= 6; turn++) {
      await say(conversations, [user(`q${turn} ${'x'.repeat(997)}`)], [assistant(`a${turn}`)])
    }
    const { plan, items } = await conversations.begin(
      turnRequest([user('next')], { ...windowed(4200, 200), model: 'gpt-4o' }),
    )
    expect(totalOf(plan)).toBeLessThanOrEqual(4000)
    expect(items.map((item) => brief(item).slice(0, 8))).toEqual([
      'user: q5',
      'assistan',
      'user: q6',
      'assistan',
      'user: ne',
    ])
    expect(plan.decisions.map(({ action, count }) => [action, count])).toEqual([
      ['dropped', 4],
      ['kept', 2],
    ])
  })

  it('do not cut a history that only looks too long', async () => {
    const counter: TokenCounter = {
      count: async ({ texts }) => texts.map((text) => Math.ceil(text.length / 100)),
    }
    const { conversations } = bench({ counter })
    await say(conversations, [user(' '.repeat(8000))], [assistant('a')])
    const { plan, items } = await conversations.begin(turnRequest([user('next')], windowed(500)))
    expect(items).toHaveLength(3)
    expect(totalOf(plan)).toBeLessThan(120)
  })

  it('are estimates that decide where nothing can be counted in time', async () => {
    const { conversations } = bench({ counter: { count: async () => undefined } })
    for (let turn = 1; turn <= 3; turn++) {
      await say(conversations, [user('x'.repeat(4000))], [assistant('a')])
    }
    const { plan } = await conversations.begin(turnRequest([user('next')], windowed(2000)))
    expect(plan.counted_by.method).toBe('bytes/4')
    expect(totalOf(plan)).toBeLessThanOrEqual(2000)
  })

  it('do not ask for what was counted before', async () => {
    const { conversations, requests } = bench()
    const plan = () => conversations.plan(turnRequest([user('once')], { conversation: 'other' }))
    await plan()
    await plan()
    expect(requests).toHaveLength(1)
  })

  it('of a dry run are always counted', async () => {
    const { conversations } = bench()
    const { plan } = await conversations.plan(turnRequest([user('four')]))
    expect(totalOf(plan)).toBe(4 + overhead)
    expect(plan.counted_by).toEqual({ method: 'o200k_base', error_p95: null })
  })
})

describe('the figures of a recorded plan', () => {
  it('are counted after the answer, for whoever reads it', async () => {
    const { conversations } = bench()
    const { open } = await say(conversations, [user('four')], [assistant('a')])
    expect(open.plan.counted_by.method).toBe('bytes/4')
    const plan = await conversations.recordedPlan('team/app', open.plan.id)
    expect(plan.counted_by.method).toBe('o200k_base')
    expect(totalOf(plan)).toBe(4 + overhead)
    expect({ ...plan, ...open.plan }).toEqual(open.plan)
  })

  it('stay estimates while too much is asked, and are counted again after that', async () => {
    const { conversations, clock } = bench()
    const method = async (text: string) => {
      const { open } = await say(conversations, [user(text)], [assistant('a')], {
        strategy: {
          ...turnRequest([]).strategy,
          history: { mode: 'LastTurns', turns: 0, slackTurns: 0 },
        },
      })
      return (await conversations.recordedPlan('team/app', open.plan.id)).counted_by.method
    }
    expect(await method('x'.repeat(5_000_000))).toBe('o200k_base')
    expect(await method('small')).toBe('bytes/4')
    await clock.advance(120_000)
    expect(await method('small')).toBe('o200k_base')
  })
})

describe('what providers report', () => {
  it('is learnt, and the figures of that model follow', async () => {
    const { conversations } = bench()
    const prompt = (turn: number) => `${turn}${'x'.repeat(999)}`
    const target = (provider: string) => ({ targets: [promptTarget('m', { provider })] as const })
    const change = { ...target('ns/one'), conversation: 'c', ...lastNone }
    for (let turn = 1; turn <= 9; turn++) await report(conversations, prompt(turn), 1500, change)
    const dry = (provider: string) =>
      conversations.plan(turnRequest([user(prompt(1))], { ...target(provider), conversation: 'd' }))
    const { plan } = await dry('ns/one')
    expect(totalOf(plan)).toBeGreaterThan(1450)
    expect(totalOf(plan)).toBeLessThan(1550)
    expect(plan.counted_by.method).toMatch(/^o200k_base×1\.[45]\d$/)
    expect(plan.counted_by.error_p95).toBeGreaterThan(0)
    expect((await dry('ns/two')).plan.counted_by.method).toBe('o200k_base')
  })

  it('makes the error of a model known that is counted by its own tokenizer', async () => {
    const { conversations } = bench()
    const change = { model: 'gpt-4o', conversation: 'c', ...lastNone }
    for (let turn = 1; turn <= 9; turn++) await report(conversations, 'x'.repeat(996), 1020, change)
    const { plan } = await conversations.plan(turnRequest([user('x')], { model: 'gpt-4o' }))
    expect(plan.counted_by).toEqual({ method: 'o200k_base', error_p95: 0.02 })
  })

  it('is not learnt from a prompt with an image', async () => {
    const { conversations, store } = bench()
    const content = [{ type: 'input_image', image_url: 'https://example.com/a.png' }] as const
    const open = await conversations.begin(
      turnRequest([{ type: 'message', role: 'user', content }]),
    )
    await open.answering(turnRequest([]).targets[0], 1)
    const usage = { inputTokens: 900, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 }
    await open.finish({
      status: 'completed',
      output: [],
      usage: { ...usage, cacheWriteInputTokens: 0 },
      model: 'm',
    })
    await settled()
    expect(await store.factors.list()).toEqual([])
  })

  it('is shared by all who use the store, and survives them', async () => {
    const clock = new FakeClock()
    const store = createMemoryStore({ clock, ttlMs: undefined })
    const first = openConversations({ ...characters(), store, clock })
    const change = { conversation: 'c', ...lastNone }
    for (let turn = 1; turn <= 9; turn++) {
      await report(first.conversations, 'x'.repeat(1000), 2000, change)
    }
    const second = openConversations({ ...characters(), store, clock })
    const { plan } = await second.conversations.plan(turnRequest([user('x')]))
    expect(plan.counted_by.method).toMatch(/×/)
  })

  it('is not needed: a store that fails leaves the count', async () => {
    const clock = new FakeClock()
    const store = createMemoryStore({ clock, ttlMs: undefined })
    const broken = async () => {
      throw new Error('disk full')
    }
    const { conversations } = openConversations({
      ...characters(),
      store: { ...store, factors: { list: broken, observe: broken } },
      clock,
      logger: silentLogger,
    })
    await report(conversations, 'x'.repeat(1000), 2000)
    const { plan } = await conversations.plan(turnRequest([user('x')], { conversation: 'd' }))
    expect(plan.counted_by.method).toBe('o200k_base')
  })
})

const lastNone: Partial<TurnRequest> = {
  strategy: {
    ...turnRequest([]).strategy,
    history: { mode: 'LastTurns', turns: 0, slackTurns: 0 },
  },
}

describe('countInput', () => {
  it('counts messages and tools as plans do', async () => {
    const { conversations } = bench()
    const tools = [{ name: 'look_up' }]
    expect(await conversations.countInput({ model: 'm', items: [user('four')], tools })).toEqual({
      tokens: 4 + overhead + JSON.stringify(tools).length,
      counted_by: { method: 'o200k_base', error_p95: null },
    })
  })

  it('estimates where nothing counts', async () => {
    const { conversations } = openConversations()
    const counted = await conversations.countInput({ model: 'm', items: [user('four')], tools: [] })
    expect(counted).toEqual({ tokens: 5, counted_by: { method: 'bytes/4', error_p95: null } })
  })
})
