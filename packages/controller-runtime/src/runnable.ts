/** Something that a manager starts and stops. */
export interface Runnable {
  /** Runs until the signal aborts, then resolves. A rejection stops the manager. */
  start(signal: AbortSignal): Promise<void>
  /** Names it in messages, such as that it does not stop. */
  readonly name?: string
  /** Whether only the leader runs it. Defaults to true, as in Go's controller-runtime. */
  readonly needLeaderElection?: boolean
  /**
   * How what only the leader runs prepares for that on every replica, before the election. Ends when
   * the signal aborts, if not before; a rejection stops the manager.
   */
  warmUp?(signal: AbortSignal): Promise<void>
  /** `servers` start before the cache and stop last: probes and webhooks. */
  readonly stage?: 'servers'
}

/** Makes a runnable of a function. */
export function runnable(
  start: (signal: AbortSignal) => Promise<void>,
  options: Pick<Runnable, 'name' | 'needLeaderElection' | 'stage'> = {},
): Runnable {
  return { ...options, start }
}
