import { FakeClock } from '@fairlead/base/testing'
import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import type { StrategyInput } from '../plan/strategy-input.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { assistant, call, output, user } from '../turns/test-support/items.ts'
import { seededRandom } from '../turns/test-support/seeded-random.ts'
import type { Turn } from '../turns/turn.ts'
import { createConversations } from './conversations-service.ts'
import type { TurnEnd } from './conversations.ts'
import { turnRequest } from './test-support/conversation-bench.ts'
import { brokenRules } from './test-support/pairing-rules.ts'

const histories = 150
const turnsPerHistory = 25

const modes: StrategyInput['history'][] = [
  { mode: 'Full' },
  ...[1, 2, 3, 5].flatMap((turns) =>
    [0, 2, 5].map((slackTurns) => ({ mode: 'LastTurns', turns, slackTurns }) as const),
  ),
]

/** A caller and a model that do everything that is allowed, and crash. */
class Chaos {
  readonly random: () => number
  #calls = 0

  constructor(seed: number) {
    this.random = seededRandom(seed)
  }

  chance(probability: number): boolean {
    return this.random() < probability
  }

  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    const choice = choices[Math.floor(this.random() * choices.length)]
    if (choice === undefined) throw new Error('nothing to pick from')
    return choice
  }

  answer(): Item[] {
    const reasoning = { type: 'reasoning', summary: [], signature: 'sealed' } as const
    const calls = Array.from({ length: this.pick([0, 0, 1, 1, 2, 3]) }, () =>
      call(`call_${this.chance(0.2) ? 'reused' + this.#calls++ : this.#calls++}`),
    )
    const said =
      this.chance(0.5) || calls.length === 0 ? [assistant(`answer ${this.random()}`)] : []
    return [...(this.chance(0.4) ? [reasoning] : []), ...said, ...calls]
  }

  /** What a caller sends next: to the open calls, about something else, or both. */
  input(unanswered: readonly string[]): Item[] {
    const question = user(`question ${this.random()}`)
    if (unanswered.length === 0 || this.chance(0.2)) return [question]
    const answered = unanswered.filter(() => this.chance(0.8)).map((id) => output(id))
    if (answered.length === 0) return [question]
    const outputs = this.chance(0.3) ? answered.toReversed() : answered
    return answered.length < unanswered.length || this.chance(0.2)
      ? this.pick([
          [question, ...outputs],
          [...outputs, question],
        ])
      : outputs
  }

  end(): TurnEnd {
    const whole = this.answer()
    const end = { usage: undefined, model: 'm', output: whole }
    if (this.chance(0.7)) return { ...end, status: 'completed' }
    const status = this.pick(['incomplete', 'failed', 'cancelled'] as const)
    return { ...end, status, output: this.chance(0.4) ? [] : this.cut(whole) }
  }

  cut(whole: readonly Item[]): Item[] {
    const partial = whole.slice(0, 1 + Math.floor(this.random() * whole.length))
    const last = partial.at(-1)
    return last?.type === 'function_call'
      ? [...partial.slice(0, -1), { ...last, arguments: '{"q":' }]
      : partial
  }
}

/** The calls that a caller who reads the log would answer now. */
function openCalls(turns: readonly Turn[]): string[] {
  const last = turns.findLast((turn) => turn.status === 'completed' || turn.output.length > 0)
  if (last === undefined || last.status !== 'completed') return []
  return last.output.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : []))
}

async function live(seed: number): Promise<{ plans: number; repaired: number; cut: number }> {
  const chaos = new Chaos(seed)
  const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
  const store = createMemoryStore({ clock, ttlMs: undefined })
  const random = seededRandom(seed)
  let conversations = createConversations({ store, clock, random })
  let history = chaos.pick(modes)
  const seen = { plans: 0, repaired: 0, cut: 0 }
  for (let step = 0; step < turnsPerHistory; step++) {
    if (chaos.chance(0.1)) history = chaos.pick(modes)
    const turns = step === 0 ? [] : await conversations.turns('team/app', 'chat-1')
    const request = turnRequest(chaos.input(openCalls(turns)), {
      model: chaos.pick(['m', 'm', 'm', 'other']),
      strategy: {
        name: 'chaos',
        generation: 1,
        history,
        reserveOutputTokens: 10,
        onOverflow: 'Compact',
      },
      window: chaos.chance(0.3) ? 400 : undefined,
    })
    const dry = await conversations.plan(request)
    const open = await conversations.begin(request)
    expect(brokenRules(open.items), JSON.stringify(open.items, null, 1)).toEqual([])
    expect(JSON.stringify([dry.tools, dry.items])).toBe(JSON.stringify([open.tools, open.items]))
    expect({ ...dry.plan, id: '' }).toEqual({ ...open.plan, id: '' })
    expect(open.items.length).toBeGreaterThanOrEqual(request.input.length)
    seen.plans++
    seen.repaired += open.plan.tool_groups.repaired
    seen.cut += open.plan.epoch.compacted ? 1 : 0
    if (chaos.chance(0.15)) {
      if (chaos.chance(0.6)) open.flush(chaos.cut(chaos.answer()))
      await clock.advance(300)
      conversations = createConversations({ store, clock, random })
      expect(await conversations.recover()).toBe(1)
    } else {
      await open.finish(chaos.end())
    }
  }
  return seen
}

describe('every plan', () => {
  it('obeys the pairing rules and is made again byte for byte, whatever happened before', async () => {
    const total = { plans: 0, repaired: 0, cut: 0 }
    for (let seed = 1; seed <= histories; seed++) {
      const seen = await live(seed)
      total.plans += seen.plans
      total.repaired += seen.repaired
      total.cut += seen.cut
    }
    expect(total.plans).toBe(histories * turnsPerHistory)
    expect(total.repaired).toBeGreaterThan(100)
    expect(total.cut).toBeGreaterThan(100)
  })
})
