import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge, type Registry } from 'prom-client'

/** Shorter stalls than this are not seen; the monitor wakes the process as often. */
const resolutionMs = 2

/**
 * How late this process comes to what is due: a call that arrives while the event loop is held up
 * waits that long. Measured from now on until `stop`, by a timer outside of JavaScript.
 */
export class EventLoopLag {
  readonly #monitor = monitorEventLoopDelay({ resolution: resolutionMs })

  constructor(registry: Registry) {
    const monitor = this.#monitor
    registry.registerMetric(
      new Gauge({
        name: 'fairlead_gateway_event_loop_lag_seconds',
        help: 'How late the event loop came since the last scrape; quantile 1 is the maximum.',
        labelNames: ['quantile'],
        aggregator: 'max',
        registers: [],
        collect() {
          this.set({ quantile: '0.5' }, lagSeconds(monitor.percentile(50)))
          this.set({ quantile: '0.99' }, lagSeconds(monitor.percentile(99)))
          this.set({ quantile: '1' }, lagSeconds(monitor.max))
          monitor.reset()
        },
      }),
    )
    this.#monitor.enable()
  }

  stop(): void {
    this.#monitor.disable()
  }
}

/** The monitor measures the time from one timer to the next, which includes the timer's delay. */
function lagSeconds(intervalNanoseconds: number): number {
  return Math.max(0, intervalNanoseconds / 1e9 - resolutionMs / 1000)
}
