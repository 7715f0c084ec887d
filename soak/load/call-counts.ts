/** What became of the calls of one kind. */
export interface KindCounts {
  readonly ended: number
  /** How often which failure happened that should not have. */
  readonly failures: ReadonlyMap<string, number>
}

/** Failures whose texts are kept, of each kind. */
const textsMax = 20

/** Counts calls by their kind. */
export class CallCounts {
  readonly #kinds = new Map<string, { ended: number; failures: Map<string, number> }>()

  constructor(names: readonly string[]) {
    for (const name of names) this.#kinds.set(name, { ended: 0, failures: new Map() })
  }

  /** Counts a call that ended; `failure` says what was wrong, if something was. */
  add(name: string, failure?: string): void {
    const kind = this.#kinds.get(name)
    if (kind === undefined) return
    kind.ended += 1
    if (failure === undefined) return
    const text = kind.failures.has(failure) || kind.failures.size < textsMax ? failure : 'others'
    kind.failures.set(text, (kind.failures.get(text) ?? 0) + 1)
  }

  get all(): readonly (KindCounts & { readonly name: string })[] {
    return [...this.#kinds].map(([name, kind]) => ({ name, ...kind }))
  }

  get failed(): boolean {
    return this.all.some(({ failures }) => failures.size > 0)
  }
}
