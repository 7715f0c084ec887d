import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { createMetrics } from '../metrics/metrics.ts'
import { EventLoopMonitor } from './event-loop-monitor.ts'

/** A clock whose timers come late while the loop is blocked. */
class BlockableClock extends FakeClock {
  #blockedMs = 0

  override monotonicMs(): number {
    return super.monotonicMs() + this.#blockedMs
  }

  block(forMs: number): void {
    this.#blockedMs += forMs
  }
}

describe('the event loop monitor', () => {
  let clock: BlockableClock
  const metrics = createMetrics()
  beforeEach(() => {
    clock = new BlockableClock()
  })

  it('measures the lag, and fails the check for ten seconds after one beyond the limit', async () => {
    const monitor = new EventLoopMonitor({ clock, metrics, limitMs: 5000 })
    monitor.check()
    const stop = new AbortController()
    const running = monitor.start(stop.signal)
    await clock.advance(3000)
    clock.block(4000)
    await clock.advance(1000)
    monitor.check()

    clock.block(7000)
    expect(() => monitor.check()).toThrow('the event loop was blocked for 6.0 s')
    await clock.advance(1000)
    expect(() => monitor.check()).toThrow('the event loop was blocked for 7.0 s')
    await clock.advance(9000)
    expect(() => monitor.check()).toThrow('7.0 s')
    await clock.advance(1000)
    monitor.check()
    stop.abort()
    await running
    expect(clock.pendingTimers).toBe(0)

    const text = await metrics.registry.metrics()
    expect(text).toContain('controller_runtime_event_loop_lag_seconds_bucket{le="0.001"} 13')
    expect(text).toContain('controller_runtime_event_loop_lag_seconds_count 15')
    expect(text).toContain('controller_runtime_event_loop_lag_seconds_sum 11')
  })
})
