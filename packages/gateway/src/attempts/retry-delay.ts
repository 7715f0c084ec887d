const firstDelayMs = 200
const delayMsMax = 5_000
/** A provider that asks for more patience than this is not waited for. */
export const retryAfterMsMax = 10_000

/** How long to wait before asking the same target again: doubling, with jitter so that callers spread. */
export function backoffMs(repetition: number, random: () => number): number {
  const full = Math.min(firstDelayMs * 2 ** repetition, delayMsMax)
  return full * (0.5 + random() / 2)
}
