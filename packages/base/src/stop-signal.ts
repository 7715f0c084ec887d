import { systemClock } from './clock.ts'
import { type Logger, silentLogger } from './logger.ts'

/**
 * Ctrl-C in a terminal reaches every process of the group, and npm forwards it once more: signals
 * this close together count as one.
 */
const sameWishMs = 500

/** What ends when the program has ended by itself. */
interface StopSignal extends Disposable {
  readonly signal: AbortSignal
}

/**
 * Aborts at the first SIGTERM or SIGINT. A second one exits the process at once, with code 1, as
 * Go's controller-runtime does: it does not wait for what still runs. Told to the logger, if there
 * is one.
 */
export function stopSignal(logger: Logger = silentLogger): StopSignal {
  const controller = new AbortController()
  let firstMs = 0
  const stop = (name: NodeJS.Signals) => {
    const nowMs = systemClock.monotonicMs()
    if (!controller.signal.aborted) {
      firstMs = nowMs
      logger.info({ signal: name }, 'stopping; a second signal exits at once')
      controller.abort(new Error(`stopped by ${name}`))
    } else if (nowMs - firstMs > sameWishMs) {
      logger.warn({ signal: name }, 'exiting without waiting for what still runs')
      process.exit(1)
    }
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off('SIGTERM', stop)
      process.off('SIGINT', stop)
    },
  }
}
