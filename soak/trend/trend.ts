import { upperQuantile } from './student-t.ts'

/** A figure at a time. */
export interface Point {
  readonly minute: number
  readonly value: number
}

/** A straight line through points, with what is known of its slope. */
export interface Trend {
  /** Of all values. */
  readonly mean: number
  /** By which the figure changes in a minute. */
  readonly slope: number
  /** The slope is at least this, with a confidence of 99.9 %. */
  readonly slopeMin: number
  /** From the first point to the last. */
  readonly minutes: number
}

/** Points that are used: fewer tell nothing, more are not independent of each other. */
const blocksMin = 7
const blocksMax = 20

/**
 * The line with the least squares through the points, which are ordered by time. Memory that is
 * collected now and then is a saw whose neighbouring points depend on each other; so each of up to
 * 20 stretches of time counts once, with what `ofBlock` makes of its values. Throws a RangeError for
 * fewer than seven points.
 */
export function trendOf(
  points: readonly Point[],
  ofBlock: (values: readonly number[]) => number,
): Trend {
  if (points.length < blocksMin) throw new RangeError(`${points.length} points tell no trend`)
  const blocks = inBlocks(points, Math.min(blocksMax, points.length)).map((block) => ({
    minute: mean(block.map(({ minute }) => minute)),
    value: ofBlock(block.map(({ value }) => value)),
  }))
  const center = {
    minute: mean(blocks.map(({ minute }) => minute)),
    value: mean(blocks.map(({ value }) => value)),
  }
  const sum = (of: (point: Point) => number) => blocks.reduce((all, each) => all + of(each), 0)
  const squares = sum(({ minute }) => (minute - center.minute) ** 2)
  const slope =
    sum(({ minute, value }) => (minute - center.minute) * (value - center.value)) / squares
  const residue = sum(
    ({ minute, value }) => (value - center.value - slope * (minute - center.minute)) ** 2,
  )
  const freedom = blocks.length - 2
  const error = Math.sqrt(residue / freedom / squares)
  return {
    mean: mean(points.map(({ value }) => value)),
    slope,
    slopeMin: slope - upperQuantile(freedom) * error,
    minutes: (points.at(-1)?.minute ?? 0) - (points[0]?.minute ?? 0),
  }
}

/** As many blocks as wanted, of sizes that differ by at most one. */
function inBlocks(points: readonly Point[], count: number): readonly (readonly Point[])[] {
  const from = (block: number) => Math.floor((block * points.length) / count)
  return Array.from({ length: count }, (_, block) => points.slice(from(block), from(block + 1)))
}

/** The arithmetic mean; NaN of no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
