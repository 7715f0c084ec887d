/** Who wrote the counter, in the order in which it was stored. */
export class WriteHistory {
  readonly #terms: { readonly writer: string; writes: number }[] = []
  readonly #past = new Set<string>()
  readonly #violations: string[] = []
  #writes = 0

  add(writer: string): void {
    this.#writes += 1
    const current = this.#terms.at(-1)
    if (current?.writer === writer) {
      current.writes += 1
      return
    }
    if (this.#past.has(writer)) {
      this.#violations.push(
        `write ${this.#writes}: ${writer} wrote after ${current?.writer} had begun`,
      )
    }
    this.#past.add(writer)
    this.#terms.push({ writer, writes: 1 })
  }

  /** Of whoever wrote last. */
  get writer(): string | undefined {
    return this.#terms.at(-1)?.writer
  }

  get writes(): number {
    return this.#writes
  }

  get terms(): number {
    return this.#terms.length
  }

  /** Writes of one who had been followed by another. */
  get violations(): readonly string[] {
    return this.#violations
  }
}
