import type { TraceContext } from './trace-context.ts'

/** Which traces are recorded. */
export interface Sampling {
  /** Whether a caller that is in a trace has already decided. */
  readonly isParentBased: boolean
  /** The share of the traces that are decided here, from 0 to 1. */
  readonly ratio: number
}

/** Digits at the end of a trace id that are random, and few enough for a number: 52 bits. */
const randomDigits = 13
const randomValues = 16 ** randomDigits

/** Whether a trace is recorded. The same trace id is always decided in the same way. */
export function isSampled(
  { isParentBased, ratio }: Sampling,
  traceId: string,
  parent: TraceContext | undefined,
): boolean {
  if (isParentBased && parent !== undefined) return parent.isSampled
  if (ratio >= 1) return true
  return Number.parseInt(traceId.slice(-randomDigits), 16) < ratio * randomValues
}
