/** A pending callback; `cancel` after it ran does nothing. */
export interface Timer {
  cancel(): void
}

/** Time as a dependency: everything here that waits is given one of these. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after `delayMs`, never synchronously. */
  setTimer(delayMs: number, callback: () => void): Timer
}

/** The longest delay a Node.js timer accepts; a longer one would fire at once. */
const timerLimitMs = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(delayMs, 0), timerLimitMs))
    return { cancel: () => clearTimeout(handle) }
  },
}

/** Waits `delayMs`, or until the signal aborts: then it rejects with the signal's reason. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortReason(signal))
    const onAbort = () => {
      timer.cancel()
      reject(abortReason(signal))
    }
    const timer = clock.setTimer(delayMs, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** The reason of an aborted signal as an Error, whatever was passed to `abort()`. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}
