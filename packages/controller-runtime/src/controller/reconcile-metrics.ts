import type { Metrics } from '../metrics/metrics.ts'
import { PendingCount } from '../metrics/pending-count.ts'
import type { HistogramSeries } from '../metrics/series-histogram.ts'

/** What `controller_runtime_reconcile_total` tells apart. */
type Outcome = 'success' | 'error' | 'requeue' | 'requeue_after'

/** The metrics of one controller, under Go's names. All of them appear at once. */
export class ReconcileMetrics {
  readonly #metrics: Metrics['controller']
  readonly #labels: { readonly controller: string }
  readonly #results: Readonly<Record<Outcome, PendingCount>>
  readonly #activeWorkers: PendingCount
  readonly #duration: HistogramSeries

  constructor(metrics: Metrics, name: string, maxConcurrent: number) {
    const { controller } = metrics
    const labels = { controller: name }
    this.#metrics = controller
    this.#labels = labels
    const resultOf = (result: Outcome) =>
      new PendingCount((value) => controller.reconciles.inc({ ...labels, result }, value))
    this.#results = {
      success: resultOf('success'),
      error: resultOf('error'),
      requeue: resultOf('requeue'),
      requeue_after: resultOf('requeue_after'),
    }
    this.#activeWorkers = new PendingCount((value) => controller.activeWorkers.inc(labels, value))
    this.#duration = controller.duration.series(labels)
    const { errors, terminalErrors, panics, timeouts } = controller
    for (const rare of [errors, terminalErrors, panics, timeouts]) rare.inc(labels, 0)
    controller.abandoned.set(labels, 0)
    controller.maxConcurrent.set(labels, maxConcurrent)
    metrics.onCollectController(() => {
      for (const count of [this.#activeWorkers, ...Object.values(this.#results)]) count.flush()
    })
  }

  begun(): void {
    this.#activeWorkers.add()
  }

  ended(tookMs: number): void {
    this.#duration.observe(tookMs / 1000)
    this.#activeWorkers.add(-1)
  }

  count(result: Outcome): void {
    this.#results[result].add()
  }

  /** Counts what failed beside its result. */
  failed({
    isTerminal,
    isPanic,
  }: {
    readonly isTerminal: boolean
    readonly isPanic: boolean
  }): void {
    this.#metrics.errors.inc(this.#labels)
    if (isTerminal) this.#metrics.terminalErrors.inc(this.#labels)
    if (isPanic) this.#metrics.panics.inc(this.#labels)
  }

  timedOut(): void {
    this.#metrics.timeouts.inc(this.#labels)
  }

  /** So many go on after their timeout. */
  abandoned(count: number): void {
    this.#metrics.abandoned.set(this.#labels, count)
  }
}
