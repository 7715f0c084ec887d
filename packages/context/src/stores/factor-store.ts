import type { CountObservation, LearntFactor } from '../tokens/learnt-factor.ts'

/**
 * What has been learnt of how models count. Every store passes the suite in
 * `test-support/factor-store-contract.ts`. A rejection means that the store is unavailable.
 */
export interface FactorStore {
  /** Of the `factorsMax` models that were learnt of last, in any order. */
  list(): Promise<readonly LearntFactor[]>
  /**
   * Learns from one prompt, at one moment: observations of several processes all count. What is known
   * then; undefined while nothing is.
   */
  observe(observation: CountObservation): Promise<LearntFactor | undefined>
}

/** How many models a store knows the factor of; the one that was learnt of longest ago goes first. */
export const factorsMax = 1000
