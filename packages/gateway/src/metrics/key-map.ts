/** A map with three keys that is looked up without making one key of them. */
export class TripleMap<First, Second, Third, Value> {
  readonly #values = new Map<First, Map<Second, Map<Third, Value>>>()

  get(first: First, second: Second, third: Third): Value | undefined {
    return this.#values.get(first)?.get(second)?.get(third)
  }

  set(first: First, second: Second, third: Third, value: Value): void {
    const bySecond = this.#values.get(first) ?? new Map<Second, Map<Third, Value>>()
    this.#values.set(first, bySecond)
    const byThird = bySecond.get(second) ?? new Map<Third, Value>()
    bySecond.set(second, byThird)
    byThird.set(third, value)
  }
}

/** The same with four keys. */
export class QuadrupleMap<First, Second, Third, Fourth, Value> {
  readonly #values = new Map<First, TripleMap<Second, Third, Fourth, Value>>()

  get(first: First, second: Second, third: Third, fourth: Fourth): Value | undefined {
    return this.#values.get(first)?.get(second, third, fourth)
  }

  set(first: First, second: Second, third: Third, fourth: Fourth, value: Value): void {
    const others = this.#values.get(first) ?? new TripleMap<Second, Third, Fourth, Value>()
    this.#values.set(first, others)
    others.set(second, third, fourth, value)
  }
}
