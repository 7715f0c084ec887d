import type { Metrics } from '../metrics/metrics.ts'

/** Told of what is counted in an election. */
export interface ElectionMeter {
  leading(isLeader: boolean): void
  slowPath(): void
}

/** Counts under the lease's name. */
export function electionMeter(metrics: Metrics, name: string): ElectionMeter {
  const { masterStatus, slowPath } = metrics.leaderElection
  masterStatus.set({ name }, 0)
  slowPath.inc({ name }, 0)
  return {
    leading: (isLeader) => masterStatus.set({ name }, isLeader ? 1 : 0),
    slowPath: () => slowPath.inc({ name }),
  }
}
