import type { UsageSums } from '../ledger/ledger.ts'
import {
  type Interval,
  meanOf,
  meansP,
  type Proportion,
  proportionInterval,
  proportionsP,
  type Sample,
} from './samples.ts'

/** What is known of one version. */
export interface VersionUsage extends UsageSums {
  readonly version: string
}

/** Whether a figure differs from that of the baseline. */
export interface Difference {
  /** `TooFew`: there are too few cases to tell. */
  readonly verdict: 'Better' | 'Worse' | 'NoDifference' | 'TooFew'
  /** How likely chance alone makes such a difference; undefined for too few cases. */
  readonly p: number | undefined
}

export interface ComparedVersion {
  readonly version: string
  readonly isBaseline: boolean
  readonly calls: number
  readonly failures: Proportion & { readonly interval: Interval | undefined }
  /** Milliseconds of answered calls; undefined for fewer than two. */
  readonly duration: { readonly mean: number; readonly plusMinus: number } | undefined
  readonly ratings: number
  /** From 0 to 1; undefined for fewer than two ratings. */
  readonly rating: { readonly mean: number; readonly plusMinus: number } | undefined
  readonly tokensPerCall: number
  readonly nanodollarsPerCall: number
  /** Against the baseline; undefined for that itself. */
  readonly against:
    | { readonly failures: Difference; readonly duration: Difference; readonly rating: Difference }
    | undefined
}

/** Beyond it a difference may be chance; it is divided among the versions that are compared. */
const significance = 0.05

/**
 * Compares versions with the one that is named, or else with that of most calls. A difference is told
 * only where chance alone would make it in fewer than 5 of 100 comparisons of so many versions.
 */
export function compareVersions(
  versions: readonly VersionUsage[],
  baseline?: string,
): readonly ComparedVersion[] {
  const most = versions.toSorted((one, other) => other.calls - one.calls)[0]
  const base = versions.find(({ version }) => version === baseline) ?? most
  const level = significance / Math.max(1, versions.length - 1)
  return versions.map((usage) => ({
    ...figuresOf(usage),
    isBaseline: usage === base,
    against: base === undefined || usage === base ? undefined : differences(usage, base, level),
  }))
}

function figuresOf(usage: VersionUsage): Omit<ComparedVersion, 'isBaseline' | 'against'> {
  const { calls, version } = usage
  const failures = failuresOf(usage)
  const perCall = (sum: number) => (calls === 0 ? 0 : sum / calls)
  return {
    version,
    calls,
    failures: { ...failures, interval: proportionInterval(failures) },
    duration: meanOf(durationsOf(usage)),
    ratings: usage.ratings,
    rating: meanOf(ratingsOf(usage)),
    tokensPerCall: perCall(usage.inputTokens + usage.outputTokens),
    nanodollarsPerCall: perCall(usage.nanodollars),
  }
}

function differences(usage: VersionUsage, base: VersionUsage, level: number) {
  const [own, others] = [failuresOf(usage), failuresOf(base)]
  const rateOf = ({ count, of }: Proportion) => count / of
  const means = (of: (usage: VersionUsage) => Sample) => {
    const [one, other] = [of(usage), of(base)]
    return { p: meansP(one, other), more: one.sum / one.count - other.sum / other.count }
  }
  const [duration, rating] = [means(durationsOf), means(ratingsOf)]
  return {
    failures: judged(proportionsP(own, others), rateOf(others) - rateOf(own), level),
    duration: judged(duration.p, -duration.more, level),
    rating: judged(rating.p, rating.more, level),
  }
}

/** `gain` is above 0 where the version is better. */
function judged(p: number | undefined, gain: number, level: number): Difference {
  if (p === undefined) return { verdict: 'TooFew', p }
  if (p >= level) return { verdict: 'NoDifference', p }
  return { verdict: gain > 0 ? 'Better' : 'Worse', p }
}

function failuresOf({ calls, failedCalls }: UsageSums): Proportion {
  return { count: failedCalls, of: calls }
}

function durationsOf({ calls, failedCalls, durationMs, durationSquares }: UsageSums): Sample {
  return { count: calls - failedCalls, sum: durationMs, squares: durationSquares }
}

function ratingsOf({ ratings, ratingThousandths, ratingSquares }: UsageSums): Sample {
  return { count: ratings, sum: ratingThousandths / 1000, squares: ratingSquares / 1_000_000 }
}
