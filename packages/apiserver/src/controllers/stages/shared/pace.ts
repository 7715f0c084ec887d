/** How long the steps of a pod take, in milliseconds. */
export interface StagePace {
  /** From the moment a pod is on its node until it runs and is ready. Defaults to 0. */
  readonly podReadyMs?: number
  /** How long a pod runs that ends by itself. Defaults to 0. */
  readonly podRunsMs?: number
  /** How long a pod takes to stop, at most its grace period. Defaults to 0. */
  readonly podStopMs?: number
}
