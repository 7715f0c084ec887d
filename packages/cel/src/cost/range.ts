/** From the least to the most that a size or a cost can be. Never more than `most`. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** What stands for no limit: sums and products stay there. */
export const most = 2 ** 64

export function exactly(value: number): Range {
  return { min: value, max: value }
}

export const one = exactly(1)
export const none = exactly(0)
export const unlimited: Range = { min: 0, max: most }

export function add(...ranges: readonly Range[]): Range {
  return ranges.reduce((sum, range) => ({
    min: bounded(sum.min + range.min),
    max: bounded(sum.max + range.max),
  }))
}

export function multiply(a: Range, b: Range): Range {
  return { min: bounded(a.min * b.min), max: bounded(a.max * b.max) }
}

/** Each end times the factor, rounded up. */
export function scale({ min, max }: Range, factor: number): Range {
  return { min: bounded(Math.ceil(min * factor)), max: bounded(Math.ceil(max * factor)) }
}

/** What covers both. */
export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
}

function bounded(value: number): number {
  return value < most ? value : most
}
