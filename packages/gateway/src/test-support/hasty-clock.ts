import { type Clock, systemClock } from '@fairlead/base'

const rate = 10
const startMs = systemClock.now()

/**
 * A clock whose time passes ten times as fast as the system's: for a real gateway that waits for
 * what does not come, such as another key for one that was refused. Its deadlines are as short.
 */
export const hastyClock: Clock = {
  now: () => startMs + (systemClock.now() - startMs) * rate,
  monotonicMs: () => systemClock.monotonicMs() * rate,
  setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / rate, callback),
}
