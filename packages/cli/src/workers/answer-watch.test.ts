import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { AnswerWatch } from './answer-watch.ts'

function watched(clock: Pick<FakeClock, 'setTimer'>) {
  const silences: number[] = []
  const watch = new AnswerWatch({
    turnMs: 5_000,
    turns: 6,
    clock,
    onSilence: () => void silences.push(1),
  })
  return { watch, silences }
}

it('notices silence after that many whole turns, once', async () => {
  const clock = new FakeClock()
  const { watch, silences } = watched(clock)
  await clock.advance(4_000)
  watch.heard()
  await clock.advance(30_000)
  expect(silences).toEqual([])
  await clock.advance(1_000)
  expect(silences).toEqual([1])
  await clock.advance(600_000)
  expect({ silences, timers: clock.pendingTimers }).toEqual({ silences: [1], timers: 0 })
})

it('counts a machine that was suspended as one turn', () => {
  let turn = () => {}
  const { silences } = watched({
    setTimer(_, callback) {
      turn = callback
      return { cancel() {} }
    },
  })
  // However late they come.
  for (let count = 0; count < 5; count++) turn()
  expect(silences).toEqual([])
  turn()
  expect(silences).toEqual([1])
})

it('stops', async () => {
  const clock = new FakeClock()
  const { watch, silences } = watched(clock)
  watch.stop()
  await clock.advance(60_000)
  expect({ silences, timers: clock.pendingTimers }).toEqual({ silences: [], timers: 0 })
})
