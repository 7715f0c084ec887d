import { maximum, median, minimum, spread } from '../statistics/quantile.ts'
import type { Metric, ShapeResult } from './result.ts'

/** What all rounds say of one figure of one row. */
interface Figure {
  readonly median: number
  /** Of the best round: the smallest value, of rates the largest. */
  readonly best: number
  /** As `spread` of the statistics. */
  readonly spread: number
}

/** The figure of a row; undefined when no round has it. */
export function figureOf(
  shape: ShapeResult,
  row: string,
  { name, isBetterHigher = false }: Metric,
): Figure | undefined {
  const values = shape.rounds
    .filter((round) => round.row === row)
    .flatMap(({ figures }) => figures[name] ?? [])
  if (values.length === 0) return undefined
  const best = isBetterHigher ? maximum(values) : minimum(values)
  return { median: median(values), best, spread: spread(values) }
}

/** The rows of a shape, in the order in which they were first measured. */
export function rowsOf({ rounds }: ShapeResult): string[] {
  return [...new Set(rounds.map(({ row }) => row))]
}

/** Failed calls of a row in all rounds. */
export function failuresOf({ rounds }: ShapeResult, row: string): number {
  return rounds
    .filter((round) => round.row === row)
    .reduce((sum, { failures }) => sum + failures, 0)
}
