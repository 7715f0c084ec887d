import type { Clock } from '@fairlead/base'

/** Aborts `delayMs` after `signal` does, with its reason; at once, if that is 0. */
export function delayedSignal(
  clock: Pick<Clock, 'setTimer'>,
  signal: AbortSignal,
  delayMs: number,
): AbortSignal {
  if (delayMs === 0) return signal
  const delayed = new AbortController()
  const begin = () => void clock.setTimer(delayMs, () => delayed.abort(signal.reason))
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return delayed.signal
}
