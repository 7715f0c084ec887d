import type { ProcessOptions, RunningProcess } from '../processes/processes.ts'

/** An API server that is measured. */
export interface BenchedApiServer {
  /** All its programs, a store of their own included. */
  readonly processes: readonly RunningProcess[]
  /** `https://host:port`. */
  readonly url: string
  /** PEM of whom its certificate is from. */
  readonly ca: string
  /** Bearer token of a member of `system:masters`. */
  readonly token: string
}

/** Where an API server may keep its files, and how its programs are started. */
export interface ApiServerSite {
  /** An empty directory. */
  readonly folder: string
  readonly start: (options: ProcessOptions) => RunningProcess
}

/** Bearer token of the administrator of every benched API server. */
export const adminToken = 'bench-administrator'

/** What `--token-auth-file` names. */
export const tokenFile = `${adminToken},bench,bench,"system:masters"\n`

/** CPU time used so far by all its programs, in microseconds. */
export function cpuMicrosOf({ processes }: BenchedApiServer): number {
  return processes.reduce((sum, each) => sum + each.cpuMicros(), 0)
}

/** Memory of all its programs, in MiB. */
export function memoryMiBOf({ processes }: BenchedApiServer): number {
  return processes.reduce((sum, each) => sum + each.memoryMiB(), 0)
}

/** Stops its programs, the last started first. */
export async function stopApiServer({ processes }: BenchedApiServer): Promise<void> {
  for (const process of processes.toReversed()) await process.stop()
}
