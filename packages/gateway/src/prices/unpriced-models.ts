/** A model that was called and whose price is not known. */
interface UnpricedModel {
  /** `namespace/name` of the LLMProvider. */
  readonly provider: string
  /** The provider's own name of the model. */
  readonly model: string
}

/** How many are named at most: the first. */
const namedMax = 32
/** Some names come from callers: only those that are names are told to others. */
const nameable = /^[\x21-\x7e]{1,128}$/

/** The models without a price that calls have used, for the report of this replica. */
export class UnpricedModels {
  readonly #models = new Map<string, UnpricedModel>()
  readonly #changed: () => void

  /** `changed` is called when there is another. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** A call has used the model. */
  note(provider: string, model: string): void {
    if (this.#models.size >= namedMax) return
    const key = `${provider} ${model}`
    if (this.#models.has(key) || !nameable.test(model)) return
    this.#models.set(key, { provider, model })
    this.#changed()
  }

  /** Forgets those that have a price by now, or no provider any more. */
  retain(isUnpriced: (provider: string, model: string) => boolean): void {
    for (const [key, { provider, model }] of this.#models) {
      if (!isUnpriced(provider, model)) this.#models.delete(key)
    }
  }

  get all(): readonly UnpricedModel[] {
    return [...this.#models.values()]
  }
}
