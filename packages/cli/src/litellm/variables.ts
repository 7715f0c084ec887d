/** The values that `os.environ/NAME` has: those of the configuration itself first. */
export class Variables {
  readonly #own: ReadonlyMap<string, string>
  readonly #environment: Readonly<Record<string, string | undefined>>

  readonly #asked = new Set<string>()

  constructor(
    own: ReadonlyMap<string, string>,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#own = own
    this.#environment = environment
  }

  /** Undefined if it is not set, or empty. */
  get(name: string): string | undefined {
    this.#asked.add(name)
    return this.#own.get(name) ?? (this.#environment[name] || undefined)
  }

  /** The value that the configuration itself gives it. */
  ofConfiguration(name: string): string | undefined {
    this.#asked.add(name)
    return this.#own.get(name)
  }

  wasAskedFor(name: string): boolean {
    return this.#asked.has(name)
  }
}
