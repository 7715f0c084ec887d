import { expect, it } from 'vitest'
import { assistant, user } from '../turns/test-support/items.ts'
import { TurnLog } from '../turns/test-support/turn-log.ts'
import { reachesFarEnough } from './history-reach.ts'

const log = new TurnLog()
for (let number = 1; number <= 9; number++) {
  log.say([user(`question ${number}`)], [assistant(`answer ${number}`)])
}

const reaches = (turns: number, change: { from?: string; cutFor?: number } = {}) =>
  reachesFarEnough(log.turns.slice(-turns), {
    request: {
      strategy: {
        name: 's',
        generation: 1,
        history: { mode: 'LastTurns', turns: 2, slackTurns: 1 },
        reserveOutputTokens: 0,
        onOverflow: 'Compact',
      },
    },
    targets: [{ model: 'model-a', window: 1000 }],
    epoch: {
      n: 1,
      from_turn: change.from ?? null,
      cut_for: change.cutFor ?? null,
      persona: null,
      strategy: null,
      rule: 'LastTurns/2/1',
      head_hash: '',
      tools: [],
    },
    continuesEpoch: true,
    summaries: [],
  })

it('takes one group more than a strategy may send, for the first may lack its beginning', () => {
  expect([3, 4, 5].map((turns) => reaches(turns))).toEqual([false, false, true])
})

it('is content with the first turn of the epoch, unless more fits than when it began', () => {
  const from = log.turns.at(-2)?.id ?? ''
  expect(reaches(2, { from })).toBe(true)
  expect(reaches(1, { from })).toBe(false)
  expect(reaches(2, { from, cutFor: 1000 })).toBe(true)
  expect(reaches(2, { from, cutFor: 999 })).toBe(false)
})

it('cannot reach farther than the first turn', () => {
  expect(reaches(9)).toBe(true)
})
