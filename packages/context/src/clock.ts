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

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const handle = setTimeout(callback, Math.max(0, delayMs))
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
}
