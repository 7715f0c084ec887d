import { SeededRandom } from '@fairlead/base'
import { expect, it } from 'vitest'
import { comparedStrategies } from './compared-strategies.ts'
import { type ChatExchange, exchangesOf, replayCost } from './replay-cost.ts'

/** A chat of about 110,000 tokens, as long as those of the BEAM corpus. */
function longChat(): readonly ChatExchange[] {
  const random = new SeededRandom(14)
  const words = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random.next() * 1e7).toString(36)).join(' ')
  return Array.from({ length: 130 }, (_, number) => ({
    question: `${number}: ${words(20 + Math.floor(random.next() * 120))}`,
    answer: words(200 + Math.floor(random.next() * 700)),
  }))
}

it('a long chat costs less with each strategy that is advised than sent whole', async () => {
  const chat = longChat()
  let whole: number | undefined
  for (const { name, shareMax, strategy } of comparedStrategies) {
    const { cost, longestPrompt, requests } = await replayCost(chat, strategy)
    whole ??= cost
    expect(requests).toBe(chat.length)
    if (shareMax !== undefined) expect(cost / whole, name).toBeLessThanOrEqual(shareMax)
    if (strategy.history.mode === 'Summarize') expect(longestPrompt).toBeLessThan(20_000)
  }
}, 120_000)

it('a chat of the corpus is read as its exchanges', () => {
  const batches = [
    {
      turns: [
        [
          { role: 'user', content: 'q1', id: 0 },
          { role: 'assistant', content: 'a1', id: 1 },
          { role: 'user', content: 'never answered', id: 2 },
        ],
        [
          { role: 'user', content: 'q2', id: 3 },
          { role: 'assistant', content: 'a2', id: 4 },
        ],
      ],
    },
  ]
  expect(exchangesOf(batches)).toEqual([
    { question: 'q1', answer: 'a1' },
    { question: 'q2', answer: 'a2' },
  ])
})
