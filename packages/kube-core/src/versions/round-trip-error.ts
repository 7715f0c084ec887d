import type { TypedObject } from '../object.ts'
import { type Difference, differenceText } from './difference.ts'

/** What is known of a round trip that does not give back what was there. */
export interface FailedRoundTrip {
  /** The versions of the object and of its other form. */
  readonly from: string
  readonly via: string
  readonly seed: number
  /** Which of the rounds, from 1. */
  readonly round: number
  /** The smallest object that was found. */
  readonly object: TypedObject
  /** Its form in the other version, as the API server would show it; undefined if there is none. */
  readonly between: TypedObject | undefined
  /** Empty if a conversion has thrown. */
  readonly differences: readonly Difference[]
  /** What a conversion has thrown. */
  readonly cause?: unknown
}

/** Objects change when they are converted and converted back. */
export class RoundTripError extends Error implements FailedRoundTrip {
  override readonly name = 'RoundTripError'
  readonly from: string
  readonly via: string
  readonly seed: number
  readonly round: number
  readonly object: TypedObject
  readonly between: TypedObject | undefined
  readonly differences: readonly Difference[]

  constructor(failed: FailedRoundTrip) {
    super(message(failed), 'cause' in failed ? { cause: failed.cause } : undefined)
    this.from = failed.from
    this.via = failed.via
    this.seed = failed.seed
    this.round = failed.round
    this.object = failed.object
    this.between = failed.between
    this.differences = failed.differences
  }
}

function message(failed: FailedRoundTrip): string {
  const { from, via, seed, round, object, between, cause } = failed
  const trip = `${object.kind} ${from} → ${via} → ${from}`
  const found = failed.differences.map((each) => `\n  ${differenceText(each)}`).join('')
  const what =
    found === ''
      ? `throws: ${cause instanceof Error ? cause.message : String(cause)}`
      : `does not give back what was there:${found}`
  const shown = between === undefined ? '' : `\nin ${via}: ${JSON.stringify(between)}`
  const advice =
    found === ''
      ? ''
      : '\nConvert these fields, keep them with carriedFields, or name them in lossy.'
  return `${trip} ${what}\nof: ${JSON.stringify(object)}${shown}\nseed ${seed}, round ${round}${advice}`
}
