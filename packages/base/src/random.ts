/** Randomness as a dependency: a number from 0 up to, but not including, 1. */
export type Random = () => number

/** The machine's randomness. Not for secrets. */
export const systemRandom: Random = () => Math.random()
