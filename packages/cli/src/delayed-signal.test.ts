import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { delayedSignal } from './delayed-signal.ts'

it('aborts so much later, for the same reason', async () => {
  const clock = new FakeClock()
  const asked = new AbortController()
  const delayed = delayedSignal(clock, asked.signal, 5_000)
  await clock.advance(10_000)
  asked.abort(new Error('stopped by SIGTERM'))
  await clock.advance(4_999)
  expect(delayed.aborted).toBe(false)
  await clock.advance(1)
  expect(delayed.reason).toEqual(new Error('stopped by SIGTERM'))
  expect(delayedSignal(clock, asked.signal, 0)).toBe(asked.signal)
  const late = delayedSignal(clock, asked.signal, 1)
  await clock.advance(1)
  expect(late.aborted).toBe(true)
})
