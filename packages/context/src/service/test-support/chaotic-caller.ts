import type { Item } from '@fairlead/llm'
import { isModelItem } from '../../turns/item-kind.ts'
import { assistant, call, output, user } from '../../turns/test-support/items.ts'
import { seededRandom } from '../../turns/test-support/seeded-random.ts'
import { outputInHistory } from '../../turns/turn-in-history.ts'
import type { Turn } from '../../turns/turn.ts'

/** So few that something was said of each before. */
const topics = ['gardens', 'invoices', 'holidays', 'recipes'] as const

/** A caller and a model that do everything that is allowed, drawn from a seed. */
export class ChaoticCaller {
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

  /** What a model says, before it is sealed. */
  answer(): Item[] {
    const calls = Array.from({ length: this.pick([0, 0, 1, 1, 2, 3]) }, () =>
      call(`call_${this.chance(0.2) ? 'reused' + this.#calls++ : this.#calls++}`),
    )
    const says = this.chance(0.5) || calls.length === 0
    return [
      ...(says ? [assistant(`answer about ${this.pick(topics)} ${this.random()}`)] : []),
      ...calls,
    ]
  }

  /** What a caller sends next who keeps no history: outputs of open calls, a question, or both. */
  input(path: readonly Turn[]): Item[] {
    const question = user(`question about ${this.pick(topics)} ${this.random()}`)
    const unanswered = openCalls(path)
    if (unanswered.length === 0 || this.chance(0.2)) return [question]
    const answered = unanswered.filter(() => this.chance(0.9)).map((id) => output(id))
    if (answered.length === 0) return [question]
    const outputs = this.chance(0.3) ? answered.toReversed() : answered
    return this.chance(0.2)
      ? this.pick([
          [question, ...outputs],
          [...outputs, question],
        ])
      : outputs
  }

  /** What a caller sends who has all the messages: goes on, asks again, or asks something else. */
  body(path: readonly Turn[]): Item[] {
    const kept = path.slice(0, 1 + Math.floor(this.random() * path.length))
    const last = kept.at(-1)
    if (last === undefined || this.chance(0.4)) return [...told(path), ...this.input(path)]
    const before = told(kept.slice(0, -1))
    if (this.chance(0.6)) return [...before, ...last.input.filter((item) => !isModelItem(item))]
    return [...before, ...this.input(kept.slice(0, -1))]
  }

  /** The beginning of an answer whose stream broke off. */
  cut(whole: readonly Item[]): Item[] {
    const partial = whole.slice(0, 1 + Math.floor(this.random() * whole.length))
    const last = partial.at(-1)
    return last?.type === 'function_call'
      ? [...partial.slice(0, -1), { ...last, arguments: '{"q":' }]
      : partial
  }
}

/** The calls that a caller would answer now. */
function openCalls(path: readonly Turn[]): string[] {
  const last = path.findLast((turn) => turn.status === 'completed' || turn.output.length > 0)
  if (last === undefined || last.status !== 'completed') return []
  return last.output.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : []))
}

/** The messages, calls and outputs of turns: what a client of chat completions has of them. */
function told(path: readonly Turn[]): Item[] {
  const items: Item[] = []
  for (const turn of path) {
    const answer = outputInHistory(turn)
    if (turn.status === 'completed' || answer.length > 0) items.push(...turn.input, ...answer)
  }
  return items.flatMap((item): Item[] => {
    if (item.type === 'reasoning' || item.type === 'fairlead:native') return []
    if (item.type !== 'function_call') return [item]
    const { signature: _signature, maker: _maker, ...rest } = item
    return [rest]
  })
}
