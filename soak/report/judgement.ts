import type { Series } from '../samples/series.ts'
import { mean, type Trend, trendOf } from '../trend/trend.ts'

/** A series after its warm-up, and whether it grows. */
export interface Judgement {
  readonly series: Series
  readonly trend: Trend
  /** What was certainly added after the warm-up, in the figure's unit. */
  readonly growth: number
  readonly isGrowing: boolean
}

/** The part of a run in which caches fill and functions are compiled. */
const warmUp = 0.25

/**
 * Judges a series: it grows if, with a confidence of 99.9 %, more was added after the first quarter
 * of the run than the figure tolerates.
 */
export function judge(series: Series): Judgement {
  const { figure, points } = series
  const last = points.at(-1)?.minute ?? 0
  const warm = points.filter(({ minute }) => minute >= last * warmUp)
  const ofBlock =
    figure.ofBlock === 'mean' ? mean : (values: readonly number[]) => Math.min(...values)
  const trend = trendOf(warm, ofBlock)
  const growth = trend.slopeMin * trend.minutes
  return { series, trend, growth, isGrowing: growth > figure.tolerated }
}
