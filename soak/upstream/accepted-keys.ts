/** How long a key that was replaced is still good: longer than any change may take to have effect. */
const graceMs = 10_000

/** The keys that the upstream accepts, as a provider does that rotates them. */
export class AcceptedKeys {
  #current = ''
  readonly #replaced = new Map<string, number>()

  /** Makes this the key; the one before it is good for another ten seconds. */
  replace(key: string, nowMs: number): void {
    for (const [old, atMs] of this.#replaced) {
      if (nowMs - atMs > graceMs) this.#replaced.delete(old)
    }
    this.#replaced.set(this.#current, nowMs)
    this.#current = key
  }

  accepts(key: string, nowMs: number): boolean {
    const replacedAtMs = this.#replaced.get(key)
    return key === this.#current || (replacedAtMs ?? Number.NEGATIVE_INFINITY) > nowMs - graceMs
  }
}
