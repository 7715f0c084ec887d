/**
 * What was counted for one set of labels since the last scrape: prom-client looks up its labels at
 * each call, which costs more than all else that is done there.
 */
export class PendingCount {
  readonly #increase: (value: number) => void
  #pending = 0

  /** @param increase a counter's or gauge's; called with 0 at once, so that it appears */
  constructor(increase: (value: number) => void) {
    this.#increase = increase
    increase(0)
  }

  add(value = 1): void {
    this.#pending += value
  }

  /** Must be called before the metric is read. */
  flush(): void {
    if (this.#pending === 0) return
    this.#increase(this.#pending)
    this.#pending = 0
  }
}
