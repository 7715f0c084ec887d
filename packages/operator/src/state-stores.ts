import type { LLMGatewayReplica } from '@fairlead/api'
import { bounded, type PlannedCondition } from '@fairlead/config'
import { named } from './named-replicas.ts'
import type { ReplicaFindings } from './replica-findings.ts'

/**
 * The stores that the live replicas of gateways count in, each with those replicas: replicas of a
 * gateway that give the same name share one. One that counts nothing has none.
 */
export function storesOf(
  gateways: readonly string[],
  findings: ReplicaFindings,
): ReadonlyMap<string, readonly LLMGatewayReplica[]> {
  const stores = new Map<string, LLMGatewayReplica[]>()
  for (const gateway of gateways) {
    for (const replica of findings.liveOf(gateway)) {
      if (replica.stateStore === undefined && replica.counters === undefined) continue
      const store = `${gateway} ${replica.stateStore?.name ?? replica.name}`
      stores.set(store, [...(stores.get(store) ?? []), replica])
    }
  }
  return stores
}

/**
 * `StateStoreAvailable` of a gateway: False as soon as one live replica gets no answer. Undefined for
 * one whose replicas share no store, as long as none of them reports trouble.
 */
export function stateStoreCondition(
  isShared: boolean,
  live: readonly LLMGatewayReplica[],
): PlannedCondition | undefined {
  const type = 'StateStoreAvailable'
  const troubled = live.filter(({ stateStore }) => stateStore?.available === false)
  if (troubled.length > 0) {
    const messages = new Set(
      troubled.map(({ stateStore }) => stateStore?.message || 'The state store does not answer'),
    )
    const replicas = named(troubled.map(({ name }) => name))
    const message = bounded(`${[...messages].join('; ')} (replica ${replicas})`)
    return { type, status: 'False', reason: 'StateStoreUnavailable', message }
  }
  if (!isShared) return undefined
  if (!live.some(({ stateStore }) => stateStore?.available)) {
    const message = 'No replica has reported on the state store'
    return { type, status: 'Unknown', reason: 'NoReplicas', message }
  }
  return { type, status: 'True', reason: 'StateStoreAvailable', message: 'It answers all replicas' }
}
