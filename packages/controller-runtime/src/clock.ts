/** A pending callback; `cancel` after it ran does nothing. */
export interface Timer {
  cancel(): void
}

/** Time as a dependency: everything here that waits or measures is given one of these. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after `delayMs`, never synchronously. A negative delay counts as 0. */
  setTimer(delayMs: number, callback: () => void): Timer
}

/** The longest delay a Node.js timer accepts; a longer one would fire at once. */
const timerLimitMs = 2 ** 31 - 1

/** The machine's clock. Delays longer than a Node.js timer can hold (24.8 days) are kept. */
export const systemClock: Clock = {
  now: () => Date.now(),
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
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
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

/** The reason of an aborted signal as an Error, whatever was passed to `abort()`. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}
