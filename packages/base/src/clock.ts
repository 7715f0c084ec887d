import { abortReason } from './abort-reason.ts'

/** A pending callback; `cancel` after it ran does nothing. */
export interface Timer {
  cancel(): void
}

/** Injected time: everything that waits, measures or records timestamps takes a Clock. */
export interface Clock {
  /** Wall time in milliseconds since the epoch, for timestamps. May jump in either direction. */
  now(): number
  /** Monotonic milliseconds from an arbitrary origin, for durations and deadlines. */
  monotonicMs(): number
  /** Calls back once after `delayMs`, never synchronously. A negative delay counts as 0. */
  setTimer(delayMs: number, callback: () => void): Timer
}

/** The longest delay of a Node.js timer; a longer one would fire at once. */
const timerLimitMs = 2 ** 31 - 1

/**
 * The system clock. Supports delays longer than those of a Node.js timer (24.8 days). A pending
 * timer keeps the process alive: cancel it when it is no longer needed.
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

/** Waits `delayMs`; rejects with the signal's reason if it aborts first. */
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
