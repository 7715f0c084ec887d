import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@fairlead/base'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Options } from '../options.ts'
import { takingPort } from '../port-error.ts'
import { GatewayWorkers } from './gateway-workers.ts'
import { bindListeningSocket } from './listening-socket.ts'
import { startWorkerProcess } from './worker-process.ts'

/** More than this many workers need a decision: each takes memory. */
const defaultWorkersMax = 8

/** One worker per core, at most 8. */
export function workerPerCore(): number {
  return Math.min(availableParallelism(), defaultWorkersMax)
}

interface OpenWorkersOptions {
  readonly options: Pick<Options, 'host' | 'gatewayPort' | 'workers' | 'logLevel' | 'logFormat'>
  /** Keeps compiled code, if it exists. */
  readonly dataDir: string
  readonly defaultWorkers: number
  readonly registry: Registry
  readonly logger: Logger
}

/** Where this process and its workers keep compiled code; undefined: nowhere. */
function keepCompiledCode(dataDir: string): string | undefined {
  if (!existsSync(dataDir)) return undefined
  const folder = join(dataDir, 'cache')
  enableCompileCache(folder)
  return folder
}

/**
 * Takes the gateway's port and starts worker processes, which load while this process loads and
 * prepares what they will serve: this module imports little, so that it can be first. Whoever calls
 * this calls `stop`. Rejects with PortError.
 */
export async function openWorkers(options: OpenWorkersOptions): Promise<GatewayWorkers> {
  const { host, gatewayPort, workers, logLevel, logFormat } = options.options
  const codeCache = keepCompiledCode(options.dataDir)
  const socket = await takingPort('gateway-port', bindListeningSocket(host, gatewayPort))
  return new GatewayWorkers({
    socket,
    startProcess: () => startWorkerProcess({ socketFd: socket.fd, logLevel, logFormat, codeCache }),
    workers,
    defaultWorkers: options.defaultWorkers,
    registry: options.registry,
    clock: systemClock,
    logger: options.logger,
  })
}
