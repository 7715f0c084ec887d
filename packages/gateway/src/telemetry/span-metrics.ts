import type { Registry } from 'prom-client'
import { Counter, type CounterChild } from '../metrics/counter.ts'

/**
 * Why a span was dropped. `QueueFull`: there was no room. `Refused`: the collector
 * said no, or its address is not allowed.
 * `Unreachable`: it did not take it in time. `Stopped`: the process ended first.
 */
type DropReason = 'QueueFull' | 'Refused' | 'Unreachable' | 'Stopped'

/** Counts what became of recorded spans. */
export class SpanMetrics {
  readonly #exported: CounterChild
  readonly #dropped: Counter<'reason'>

  constructor(registry: Registry) {
    this.#exported = new Counter(registry, {
      name: 'fairlead_trace_spans_exported_total',
      help: 'Spans that the trace collector has taken.',
      labelNames: [],
    }).labels({})
    this.#dropped = new Counter(registry, {
      name: 'fairlead_trace_spans_dropped_total',
      help: 'Spans that were dropped: QueueFull, Refused, Unreachable or Stopped.',
      labelNames: ['reason'],
    })
  }

  exported(spans: number): void {
    this.#exported.inc(Math.max(0, spans))
  }

  dropped(reason: DropReason, spans: number): void {
    this.#dropped.labels({ reason }).inc(spans)
  }
}
