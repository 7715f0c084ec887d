/**
 * The value below which the given part of the values lies, by the nearest rank: one of the values,
 * and NaN of none. `part` is from 0 to 1.
 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.ceil(part * sorted.length)
  return sorted[Math.min(sorted.length, Math.max(rank, 1)) - 1] ?? Number.NaN
}

/** The middle value, or the mean of the middle two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** The smallest value; NaN of none. */
export function minimum(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.min(...values)
}

/** The largest value; NaN of none. */
export function maximum(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values)
}

/** How far the values lie apart, as a part of their median: 0.1 is a tenth. 0 of one value. */
export function spread(values: readonly number[]): number {
  const middle = median(values)
  return values.length < 2 || middle === 0
    ? 0
    : (Math.max(...values) - Math.min(...values)) / Math.abs(middle)
}
