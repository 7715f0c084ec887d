import { hostname } from 'node:os'
import type { Options } from '../options.ts'

/** The longest name of a field manager that the API accepts, less its prefix. */
const nameMax = 63

/**
 * A name that is stable across restarts, unique among replicas and valid as a field manager: the
 * pod's or machine's name, plus the port, because a machine can run several. A randomly assigned
 * port would give a new name at every start.
 */
export function replicaName(options: Pick<Options, 'replica' | 'gatewayPort'>): string {
  const port = options.gatewayPort === 0 ? '' : `-${options.gatewayPort}`
  const name = options.replica ?? `${hostname()}${port}`
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]/g, '-')
      .slice(-nameMax) || 'local'
  )
}

/** The name of one worker: the replica's own as long as it is the only one. */
export function workerName(replica: string, index: number, workers: number): string {
  if (workers === 1) return replica
  const suffix = `-${index}`
  return `${replica.slice(-(nameMax - suffix.length))}${suffix}`
}
