import { learn, type CountObservation, type LearntFactor } from '../../tokens/learnt-factor.ts'
import { factorsMax, type FactorStore } from '../factor-store.ts'

/** Factors in this process. */
export class MemoryFactors implements FactorStore {
  /** The one that was learnt of longest ago comes first. */
  readonly #factors = new Map<string, LearntFactor>()

  async list(): Promise<readonly LearntFactor[]> {
    return [...this.#factors.values()]
  }

  async observe(observation: CountObservation): Promise<LearntFactor | undefined> {
    const { model } = observation
    const known = this.#factors.get(model)
    const learnt = learn(known, observation)
    if (learnt === undefined || learnt === known) return known
    this.#factors.delete(model)
    this.#factors.set(model, learnt)
    const [oldest = ''] = this.#factors.keys()
    if (this.#factors.size > factorsMax) this.#factors.delete(oldest)
    return learnt
  }

  clear(): void {
    this.#factors.clear()
  }
}
