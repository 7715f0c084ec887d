import type { LLMGateway, LLMGatewayReplica } from '@fairlead/api'
import type { TypedObject } from '@fairlead/kube-core'

/** The entries of a gateway's `status.replicas`, whatever else the object is. */
export function replicasOf(gateway: TypedObject): readonly LLMGatewayReplica[] {
  return (gateway as LLMGateway).status?.replicas ?? []
}

/**
 * Whether a replica is live: its last report is younger than the lease. The operator's clock is
 * compared with the replica's, so clocks may differ by the lease less the reporting interval.
 */
export function isLive(replica: LLMGatewayReplica, nowMs: number, leaseMs: number): boolean {
  return nowMs - Date.parse(replica.reportedAt) < leaseMs
}

/** Milliseconds until the next of these replicas is stale; undefined without any. */
export function nextExpiryMs(
  live: readonly LLMGatewayReplica[],
  nowMs: number,
  leaseMs: number,
): number | undefined {
  if (live.length === 0) return undefined
  const oldest = Math.min(...live.map(({ reportedAt }) => Date.parse(reportedAt)))
  return Math.max(1, oldest + leaseMs - nowMs)
}

/**
 * A JSON patch that removes the stale entries. It tests each before, so that a replica that reports
 * meanwhile is not removed: the patch fails instead.
 */
export function removalOf(
  replicas: readonly LLMGatewayReplica[],
  isStale: (replica: LLMGatewayReplica) => boolean,
): readonly object[] {
  return replicas
    .map((replica, index) => ({ replica, path: `/status/replicas/${index}` }))
    .filter(({ replica }) => isStale(replica))
    .toReversed()
    .flatMap(({ replica, path }) => [
      { op: 'test', path: `${path}/name`, value: replica.name },
      { op: 'test', path: `${path}/reportedAt`, value: replica.reportedAt },
      { op: 'remove', path },
    ])
}
