import { systemClock } from '@fairlead/base'

/**
 * Ctrl-C in a terminal reaches every process of the group, and npm forwards it once more: signals
 * this close together count as one.
 */
const sameWishMs = 500

/**
 * A signal that aborts on the first SIGTERM or SIGINT. A second one exits the process at once,
 * without waiting for running streams.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  let firstAt = 0
  const stop = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      firstAt = systemClock.monotonicMs()
      controller.abort(new Error(`stopped by ${name}`))
    } else if (systemClock.monotonicMs() - firstAt > sameWishMs) {
      process.exit(1)
    }
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  return controller.signal
}
