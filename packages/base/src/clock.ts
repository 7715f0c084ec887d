import { abortReason } from './abort-reason.ts'

/** A pending callback; `cancel` after it ran does nothing. */
export interface Timer {
  cancel(): void
}

/** Time as a dependency: everything that waits, measures or stamps is given one of these. */
export interface Clock {
  /** Wall time in milliseconds since the epoch, for stamps. It may be set back or forward. */
  now(): number
  /** Milliseconds from an arbitrary origin that never step back: for durations and deadlines. */
  monotonicMs(): number
  /** Calls back once after `delayMs`, never synchronously. A negative delay counts as 0. */
  setTimer(delayMs: number, callback: () => void): Timer
}

/** The longest delay that a Node.js timer accepts; a longer one would fire at once. */
const timerLimitMs = 2 ** 31 - 1

/**
 * The machine's clock. Delays longer than a Node.js timer can hold (24.8 days) are kept. A pending
 * timer keeps the process alive: whoever sets one cancels it when it is no longer wanted.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, callback) {
    let remainingMs = Math.max(0, delayMs)
    let handle: NodeJS.Timeout
    const arm = () => {
      const stepMs = Math.min(remainingMs, timerLimitMs)
      remainingMs -= stepMs
      handle = setTimeout(() => (remainingMs > 0 ? arm() : callback()), stepMs)
    }
    arm()
    return { cancel: () => clearTimeout(handle) }
  },
}

/** Waits `delayMs`, or until the signal aborts: then it rejects with the signal's reason. */
export function sleep(
  clock: Pick<Clock, 'setTimer'>,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortReason(signal))
    const onAbort = () => {
      timer.cancel()
      if (signal !== undefined) reject(abortReason(signal))
    }
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
