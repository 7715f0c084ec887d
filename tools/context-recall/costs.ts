import { comparedStrategies } from '../../bench/context/compared-strategies.ts'
import { replayCost } from '../../bench/context/replay-cost.ts'
import type { QuestionedChat } from './questioned-chat.ts'

/** What the prompts of replayed chats cost with a strategy. */
interface StrategyCost {
  readonly name: string
  /** In equivalents of an input token. */
  readonly cost: number
  readonly inputTokens: number
  readonly cachedTokens: number
}

/** The strategies that are compared, and those that leave turns out with what is retrieved, too. */
const strategies = [
  ...comparedStrategies,
  ...comparedStrategies
    .filter(({ shareMax, strategy }) => shareMax !== undefined && strategy.history.mode !== 'Full')
    .map(({ name, strategy }) => {
      const retrieval = { mode: 'BM25', maxTokens: 2000, neighbours: 1 } as const
      return { name: `${name}, BM25 2000`, strategy: { ...strategy, retrieval } }
    }),
]

/** Replays chats with each strategy, at a provider that caches exact prefixes. */
export async function* costsOf(chats: readonly QuestionedChat[]): AsyncGenerator<StrategyCost> {
  for (const { name, strategy } of strategies) {
    const total = { cost: 0, inputTokens: 0, cachedTokens: 0 }
    for (const { messages } of chats) {
      const exchanges = messages.flatMap(({ content: question, role }, at) => {
        const answer = messages[at + 1]
        const isAnswered = role === 'user' && answer?.role === 'assistant'
        return isAnswered ? [{ question, answer: answer.content }] : []
      })
      const { cachedTokens, cost, inputTokens } = await replayCost(exchanges, strategy)
      total.cost += cost
      total.inputTokens += inputTokens
      total.cachedTokens += cachedTokens
    }
    yield { name, ...total }
  }
}
