/** Something a manager starts and stops. */
export interface Runnable {
  /** Runs until the signal aborts, then resolves. A rejection stops the manager. */
  start(signal: AbortSignal): Promise<void>
  /** Only the leader runs it. Defaults to true, as in controller-runtime. */
  readonly needLeaderElection?: boolean
  /** `servers` start before the cache and stop after everything: probes and webhooks. */
  readonly stage?: 'servers'
}

/** A runnable out of a function. */
export function runnable(
  start: (signal: AbortSignal) => Promise<void>,
  options: Pick<Runnable, 'needLeaderElection' | 'stage'> = {},
): Runnable {
  return { ...options, start }
}
