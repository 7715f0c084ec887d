import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { AttemptDeadlines } from './attempt-deadlines.ts'

function deadlinesAt(clock: FakeClock) {
  const failures: string[] = []
  const limits = { firstByteMs: 60_000, idleMs: 5_000, totalMs: 100_000 }
  const deadlines = new AttemptDeadlines(clock, limits, 'ns/p', ({ error }) =>
    failures.push(error.message),
  )
  return { deadlines, failures }
}

describe('the limits of time of an attempt', () => {
  it('a silence after the first content is noticed when it is too long, not when a first byte would be', async () => {
    const clock = new FakeClock()
    const { deadlines, failures } = deadlinesAt(clock)
    await clock.advance(1_000)
    deadlines.progressed()
    await clock.advance(4_000)
    deadlines.progressed()
    await clock.advance(4_999)
    expect(failures).toEqual([])
    await clock.advance(1)
    expect(failures).toEqual([expect.stringContaining('5')])
  })

  it('nothing waits once it has ended', () => {
    const clock = new FakeClock()
    const { deadlines } = deadlinesAt(clock)
    deadlines.stop()
    deadlines.progressed()
    deadlines.finished()
    expect(clock.pendingTimers).toBe(0)
  })
})
