import { type Clock, DeadlineError } from '@fairlead/base'

/** How long silence may last. */
interface IdleLimits {
  /** Until the server accepts the watch. */
  readonly openingMs: number
  /** Between any two bytes after that. */
  readonly idleMs: number
}

/**
 * Calls back once when a watch is silent for too long, which is how a connection whose other end
 * vanished looks. `touch` tells that bytes came.
 */
export function whenIdle(
  clock: Clock,
  { openingMs, idleMs }: IdleLimits,
  what: string,
  onIdle: (error: Error) => void,
): Disposable & { touch(): void } {
  let limitMs = Math.min(openingMs, idleMs)
  let touchedMs = clock.monotonicMs()
  const check = () => {
    if (limitMs === Infinity) return
    const remainingMs = touchedMs + limitMs - clock.monotonicMs()
    if (remainingMs > 0) timer = clock.setTimer(remainingMs, check)
    else onIdle(new DeadlineError(`the next byte of ${what}`, limitMs))
  }
  let timer = clock.setTimer(limitMs, check)
  return {
    touch: () => {
      touchedMs = clock.monotonicMs()
      limitMs = idleMs
    },
    [Symbol.dispose]: () => timer.cancel(),
  }
}
