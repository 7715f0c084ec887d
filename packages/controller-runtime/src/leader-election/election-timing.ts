export interface ElectionTimingOptions {
  /** How long others wait for a leader that stopped renewing. Defaults to 15 s. */
  readonly leaseDurationMs?: number
  /** How long a leader retries a renewal before it stops leading. Defaults to 10 s. */
  readonly renewDeadlineMs?: number
  /** The interval between attempts. Defaults to 2 s. */
  readonly retryPeriodMs?: number
}

export type ElectionTiming = Required<ElectionTimingOptions>

export const jitterFactor = 1.2

/** With the defaults, which are client-go's. Throws RangeError if two leaders could overlap. */
export function electionTiming(options: ElectionTimingOptions): ElectionTiming {
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2000 } = options
  if (!(leaseDurationMs > renewDeadlineMs)) {
    throw new RangeError('leaseDuration must be greater than renewDeadline')
  }
  if (!(renewDeadlineMs > retryPeriodMs * jitterFactor)) {
    throw new RangeError('renewDeadline must be greater than retryPeriod*JitterFactor')
  }
  if (!(retryPeriodMs > 0)) throw new RangeError('retryPeriod must be greater than zero')
  return { leaseDurationMs, renewDeadlineMs, retryPeriodMs }
}
