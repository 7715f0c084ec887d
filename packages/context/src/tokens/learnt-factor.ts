/** What has been learnt of how a model counts, from what its provider reported. Plain JSON. */
export interface LearntFactor {
  /** The model's key: its provider and name. */
  readonly model: string
  /** Reported and counted tokens, both fading: their quotient is the factor. */
  readonly reported: number
  readonly counted: number
  /** How often something was learnt. */
  readonly samples: number
  /**
   * How far the newest figures were off, each as a share, oldest first: above 0 where there were more
   * tokens. Older versions stored how far alone.
   */
  readonly errors: readonly number[]
}

/** One prompt: its tokens as they were counted here, without any factor, and as reported. */
export interface CountObservation {
  readonly model: string
  /** Whether the model's own tokenizer counted: then no factor applies, and only the error is learnt. */
  readonly isOwn: boolean
  readonly counted: number
  readonly reported: number
}

/** How much of what was known an observation replaces. */
const learningRate = 0.1
/** One long prompt says no more than this many tokens do. */
const weightMax = 4000
const errorsKept = 64
/** Fewer observations tell nothing certain. */
const samplesMin = 3
const errorsMin = 5
/** Reports outside of these are of something else than the prompt. */
const ratioMin = 0.2
const ratioMax = 5

/** What is known after an observation; the same as before it for one that is not plausible. */
export function learn(
  known: LearntFactor | undefined,
  observation: CountObservation,
): LearntFactor | undefined {
  const { model, isOwn, counted, reported } = observation
  const ratio = reported / counted
  // Not a number fails both comparisons.
  if (!(ratio >= ratioMin && ratio <= ratioMax)) return known
  const weight = Math.min(1, weightMax / counted)
  const samples = (known?.samples ?? 0) + 1
  // The first ones count alike: the very first must not outweigh the others for long.
  const kept = 1 - Math.max(learningRate, 1 / samples)
  const shares = {
    reported: fade(known?.reported, reported * weight, kept),
    counted: fade(known?.counted, counted * weight, kept),
  }
  const error = reported / (counted * appliedFactor(known, isOwn)) - 1
  const errors = [...(known?.errors ?? []), rounded(error)].slice(-errorsKept)
  return { model, ...shares, samples, errors }
}

/** By what a local count is multiplied: 1 for a model's own tokenizer, and while nothing is known. */
export function appliedFactor(known: LearntFactor | undefined, isOwn: boolean): number {
  if (known === undefined || isOwn || known.samples < samplesMin) return 1
  return Math.min(ratioMax, Math.max(ratioMin, known.reported / known.counted))
}

/** What is assumed of a tokenizer of which too little has been reported: code may have so many more. */
const unknownMargin = 0.3

/**
 * By which share the provider's own count may be larger than one that is multiplied by the factor, as
 * far as is known. A factor below 1 may be that of short prompts, of which frames are a large part: a
 * long one is expected to have what was counted.
 */
export function countMargin(known: LearntFactor | undefined, isOwn: boolean): number {
  const { errors = [] } = known ?? {}
  const isKnown = errors.length >= errorsMin
  const missed = isKnown
    ? p95(errors.map((error) => Math.max(0, error)))
    : isOwn
      ? 0
      : unknownMargin
  return Math.max(missed, 1 / appliedFactor(known, isOwn) - 1)
}

/** 95 of 100 figures were off by at most this share; null while too few are known. */
export function errorP95(known: LearntFactor | undefined): number | null {
  const errors = known?.errors ?? []
  return errors.length < errorsMin ? null : p95(errors.map(Math.abs))
}

function p95(shares: readonly number[]): number {
  const sorted = shares.toSorted((one, other) => one - other)
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0
}

function fade(before: number | undefined, now: number, kept: number): number {
  return before === undefined ? now : before * kept + now * (1 - kept)
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000
}
