/** Time as a dependency. Structurally the same as the controller runtime's clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after `delayMs`. */
  setTimer(delayMs: number, callback: () => void): { cancel(): void }
}

/** The machine's clock; its timers do not keep the process alive. */
export const machineClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** The current time as Kubernetes writes it: RFC 3339, whole seconds, UTC. */
export function timestamp(clock: Pick<Clock, 'now'>): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
}
