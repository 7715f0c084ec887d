interface GenerationMapOptions<T> {
  /** So many keys, those that were used last, are remembered, and at most twice as many. */
  readonly keys: number
  /** What the values may weigh together, whatever the number of keys. No limit by default. */
  readonly weight?: number
  readonly weightOf?: (value: T) => number
}

/**
 * A bounded map that forgets what was not used for longest, all at once and not one by one: using an
 * entry costs one look, unlike in a RecentMap, which reorders.
 */
export class GenerationMap<T> {
  readonly #options: Required<GenerationMapOptions<T>>
  #young = new Map<string, T>()
  #old = new Map<string, T>()
  #youngWeight = 0

  constructor(options: GenerationMapOptions<T>) {
    this.#options = { weight: Infinity, weightOf: () => 0, ...options }
  }

  /** The value, which becomes one of those that were used last. */
  get(key: string): T | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old === undefined) return undefined
    this.#old.delete(key)
    this.set(key, old)
    return old
  }

  /** The value, which is used by that no more than before. */
  peek(key: string): T | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  /** Sets the value of a key that has none. */
  set(key: string, value: T): void {
    const weight = this.#options.weightOf(value)
    if (this.#young.size >= this.#options.keys || this.#isTooHeavy(weight)) this.#age()
    this.#young.set(key, value)
    this.#youngWeight += weight
  }

  /** A value that was used weighs so much more. */
  grow(weight: number): void {
    this.#youngWeight += weight
  }

  #isTooHeavy(weight: number): boolean {
    return this.#youngWeight > 0 && this.#youngWeight + weight > this.#options.weight / 2
  }

  #age(): void {
    this.#old = this.#young
    this.#young = new Map()
    this.#youngWeight = 0
  }
}
