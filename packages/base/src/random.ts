/** Injected randomness: a number from 0 up to, but not including, 1. */
export type Random = () => number

/** `Math.random`. Not for secrets. */
export const systemRandom: Random = () => Math.random()
