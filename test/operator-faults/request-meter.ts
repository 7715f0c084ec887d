/** How many requests there were, in all and in the second in which there were most. */
export class RequestMeter {
  readonly #samples: { readonly atMs: number; readonly count: number }[] = []
  #mostPerSecond = 0

  /** Is told now and then how many there were so far. */
  sample(atMs: number, count: number): void {
    this.#samples.push({ atMs, count })
    while ((this.#samples[1]?.atMs ?? atMs) <= atMs - 1000) this.#samples.shift()
    const before = this.#samples[0]?.count ?? count
    this.#mostPerSecond = Math.max(this.#mostPerSecond, count - before)
  }

  get mostPerSecond(): number {
    return this.#mostPerSecond
  }
}
