const firstDelayMs = 200
const delayMsMax = 5_000
/** A longer Retry-After than this is not waited for. */
export const retryAfterMsMax = 10_000

/** How long to wait before trying the same target again: exponential backoff, with jitter. */
export function backoffMs(repetition: number, random: () => number): number {
  const full = Math.min(firstDelayMs * 2 ** repetition, delayMsMax)
  return full * (0.5 + random() / 2)
}
