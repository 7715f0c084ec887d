import type { Clock } from '@fairlead/base'
import { sleep } from '@fairlead/base'
import type { Metrics } from '../metrics/metrics.ts'
import type { Runnable } from '../runnable.ts'

const tickMs = 1000
/** As often as the kubelet probes by default: a probe of each period sees what was in it. */
const rememberedMs = 10_000

interface EventLoopMonitorOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  readonly metrics: Metrics
  /** A lag beyond this fails the check. */
  readonly limitMs: number
}

/**
 * Measures by how much the event loop is late: how long something, such as a reconciler that
 * computes without a pause, kept everything else from running.
 */
export class EventLoopMonitor implements Runnable {
  readonly stage = 'servers'
  readonly #options: EventLoopMonitorOptions
  /** When the next tick should come. */
  #dueMs = Infinity
  /** The last lag beyond the limit, and when it ended. */
  #slow: { readonly lagMs: number; readonly atMs: number } | undefined

  constructor(options: EventLoopMonitorOptions) {
    this.#options = options
  }

  async start(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    try {
      while (!signal.aborted) {
        this.#dueMs = clock.monotonicMs() + tickMs
        await sleep(clock, tickMs, signal)
        this.#observe(clock.monotonicMs())
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      this.#dueMs = Infinity
    }
  }

  /** Throws if the loop was late beyond the limit, now or within the last ten seconds. */
  check(): void {
    const nowMs = this.#options.clock.monotonicMs()
    const lateMs = nowMs - this.#dueMs
    if (lateMs > this.#options.limitMs) throw lagError(lateMs)
    if (this.#slow !== undefined && nowMs - this.#slow.atMs < rememberedMs) {
      throw lagError(this.#slow.lagMs)
    }
  }

  #observe(nowMs: number): void {
    const lagMs = Math.max(0, nowMs - this.#dueMs)
    this.#options.metrics.eventLoop.lag.observe(lagMs / 1000)
    if (lagMs > this.#options.limitMs) this.#slow = { lagMs, atMs: nowMs }
  }
}

function lagError(lagMs: number): Error {
  return new Error(`the event loop was blocked for ${(lagMs / 1000).toFixed(1)} s`)
}
