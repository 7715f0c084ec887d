import { beforeEach, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { LeaderElectionLostError } from './leader-election-lost-error.ts'
import { LeaseFence } from './lease-fence.ts'
import { newMemory, SharedDeadline } from './shared-deadline.ts'

let clock: FakeClock
let term: SharedDeadline
let fence: LeaseFence

beforeEach(() => {
  clock = new FakeClock()
  const memory = newMemory()
  // As a thread that renews does: through memory, without a message.
  term = new SharedDeadline(clock, memory)
  fence = new LeaseFence(new SharedDeadline(clock, memory), clock)
})

it('lets what every replica runs write before the first term', async () => {
  fence.guard()
  await clock.advance(100_000)
  fence.check()
  expect(fence.signal.aborted).toBe(false)
})

it('follows a term that is extended, and closes at its end for ever', async () => {
  term.extend(clock.monotonicMs() + 1000)
  fence.guard()
  await clock.advance(900)
  term.extend(clock.monotonicMs() + 1000)
  await clock.advance(999)
  fence.check()
  expect(fence.signal.aborted).toBe(false)
  await clock.advance(1)
  expect(fence.signal.reason).toBeInstanceOf(LeaderElectionLostError)
  term.extend(clock.monotonicMs() + 1000)
  expect(() => fence.check()).toThrow(LeaderElectionLostError)
  expect(clock.pendingTimers).toBe(0)
})

it('closes when asked after the term, though no timer ran', () => {
  term.extend(clock.monotonicMs() - 1)
  expect(() => fence.check()).toThrow('leader election lost')
  expect(fence.signal.aborted).toBe(true)
})

it('closes when the lease is given back', () => {
  term.extend(clock.monotonicMs() + 1000)
  fence.check()
  term.end()
  expect(() => fence.check()).toThrow(LeaderElectionLostError)
})

it('takes no notice of the wall clock', async () => {
  term.extend(clock.monotonicMs() + 1000)
  fence.guard()
  clock.setWallTime(clock.now() + 86_400_000)
  fence.check()
  clock.setWallTime(clock.now() - 2 * 86_400_000)
  await clock.advance(1000)
  expect(() => fence.check()).toThrow(LeaderElectionLostError)
})
