import { SeededRandom } from '@fairlead/base'

/** Draws that are the same for the same seed, on every machine. */
export class Draw extends SeededRandom {
  /** A whole number between both, inclusive. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }
}
