import { flushCompileCache } from 'node:module'
import { systemClock, systemRandom } from '@fairlead/base'
import { LogDestination } from '../log-destination.ts'
import { readIdentityEnvironment } from '../identity-environment.ts'
import { formattedLog } from '../log-format.ts'
import { openStandardError } from '../log-output.ts'
import { newLogger } from '../new-logger.ts'
import { programVersion } from '../program-version.ts'
import { readTelemetryEnvironment } from '../telemetry-environment.ts'
import { UncaughtErrors } from '../uncaught-errors.ts'
import type { ToWorker } from '../worker-messages/messages.ts'
import {
  listeningSocketFd,
  logFormatArgument,
  logLevelArgument,
} from '../worker-messages/worker-process-contract.ts'
import { GatewayWorker } from './gateway-worker.ts'

runWorker()

/** Runs this process as a gateway worker, until the primary process drains it or is gone. */
function runWorker(): void {
  // Ctrl-C reaches the whole process group: the primary process decides what happens.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  // Without the primary process there is nobody to store turns: nothing can end well any more.
  process.on('disconnect', () => process.exit(1))

  // The same standard error as that of the primary process; lines of both stay whole.
  const log = new LogDestination({ output: openStandardError(), clock: systemClock })
  process.on('exit', () => log.flushSync())

  const { telemetry } = readTelemetryEnvironment(process.env, programVersion())
  const format = process.argv[logFormatArgument]
  const logger = newLogger(
    process.argv[logLevelArgument] ?? 'info',
    formattedLog(log, format === 'text' || format === 'json' ? format : undefined),
  )
  const uncaughtErrors = new UncaughtErrors({
    clock: systemClock,
    logger,
    onTooMany: () => {
      logger.error('a gateway worker has had too many uncaught errors and gives its place up')
      worker.giveUp()
    },
  }).watch(process)
  const worker: GatewayWorker = new GatewayWorker({
    fd: listeningSocketFd,
    // A failure means that the primary process is gone, and `disconnect` follows.
    send: (message, sent) => process.send?.(message, undefined, undefined, () => sent?.()),
    exit: (code) => process.exit(code),
    clock: systemClock,
    random: systemRandom,
    logger,
    log,
    telemetry,
    identity: readIdentityEnvironment(process.env),
    uncaughtErrors,
  })
  process.on('message', (message) => worker.receive(message as ToWorker))
  worker.loaded()
  // Kept now, because a worker that is killed keeps nothing at its end.
  flushCompileCache()
}
