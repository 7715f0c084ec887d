import { expect, it } from 'vitest'
import { user } from '../turns/test-support/items.ts'
import { seededRandom } from '../turns/test-support/seeded-random.ts'
import { TurnLog } from '../turns/test-support/turn-log.ts'
import { tokenWindow } from './token-window.ts'

const [turn] = (() => {
  const log = new TurnLog()
  log.say([user('q')], [])
  return log.turns
})()
if (turn === undefined) throw new Error('there is a turn')
const group = { id: 'g', turns: [turn], spareOutputs: [] }

/** Where the history begins, for groups of so many tokens. */
const fromOf = (
  sizes: readonly number[],
  { atMost = 1, epochFrom = 0, startsAnew = false, high = 100, low = 60 } = {},
) =>
  tokenWindow.select(
    { mode: 'TokenWindow', highTokens: high, lowTokens: low },
    {
      groups: sizes.map(() => group),
      epochFrom,
      startsAnew,
      atMost,
      summary: undefined,
      summaries: [],
      summaryTokens: () => 0,
      summaryTokensMax: Infinity,
      tokensMax: Infinity,
      isWhole: true,
      mustShrink: false,
      tokens: (from, to) => sizes.slice(from, to).reduce((sum, one) => sum + one, 0),
    },
  )

it.each([
  ['all of it up to the high mark', [40, 40, 20], {}, 0],
  ['down to the low mark beyond it', [40, 40, 21], {}, 2],
  ['as many groups as the low mark takes', [50, 30, 30, 30], {}, 2],
  ['the newest group, also beyond the low mark', [90, 80], {}, 1],
  ['nothing beyond the high mark', [10, 101], {}, 2],
  ['what the epoch has, up to the high mark', [90, 40, 40], { epochFrom: 1 }, 1],
  ['nothing again that was cut', [10, 70, 10], { epochFrom: 1 }, 1],
  ['all that there is under other settings', [10, 70, 10], { epochFrom: 1, startsAnew: true }, 0],
  ['the newest alone with a low mark of nothing', [60, 60], { low: 0 }, 1],
])('sends %s', (_, sizes, change, from) => {
  expect(fromOf(sizes, change).from).toBe(from)
})

it('leaves everything as it is while figures are too rough to decide', () => {
  const rough = { atMost: 4, epochFrom: 1 }
  expect(fromOf([500, 20], rough)).toMatchObject({ from: 1, isUnsure: false })
  expect(fromOf([500, 26], rough)).toMatchObject({ from: 1, isUnsure: true })
  expect(fromOf([500, 500], rough)).toMatchObject({ from: 1, isUnsure: true })
})

it('cuts rarely, and never sends more than the high mark', () => {
  const random = seededRandom(3)
  const sizes: number[] = []
  let epochFrom = 0
  let cuts = 0
  for (let turns = 0; turns < 400; turns += 1) {
    sizes.push(5 + Math.floor(random() * 10))
    const { from } = fromOf(sizes, { epochFrom, high: 400, low: 200 })
    expect(from).toBeGreaterThanOrEqual(epochFrom)
    const sent = sizes.slice(from).reduce((sum, one) => sum + one, 0)
    expect(sent).toBeLessThanOrEqual(400)
    if (from !== epochFrom) {
      cuts += 1
      expect(sent).toBeLessThanOrEqual(200)
    }
    epochFrom = from
  }
  expect(cuts).toBeGreaterThan(10)
  expect(cuts).toBeLessThan(22)
})
