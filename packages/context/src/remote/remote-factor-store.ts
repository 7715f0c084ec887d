import type { FactorStore } from '../stores/factor-store.ts'
import type { CountObservation, LearntFactor } from '../tokens/learnt-factor.ts'
import type { FactorOperation } from './store-messages.ts'

/** Asks the owner; resolves to the parsed result. */
type AskOwner = <T>(operation: FactorOperation, ...list: readonly unknown[]) => Promise<T>

/** Factors in a store that another process has opened. */
export class RemoteFactorStore implements FactorStore {
  readonly #ask: AskOwner

  constructor(ask: AskOwner) {
    this.#ask = ask
  }

  list(): Promise<readonly LearntFactor[]> {
    return this.#ask('factor-list')
  }

  observe(observation: CountObservation): Promise<LearntFactor | undefined> {
    return this.#ask('factor-observe', observation)
  }
}
