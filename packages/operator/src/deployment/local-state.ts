import type { Snapshot } from '@fairlead/snapshot'
import type { DeployedGateway } from './deployed-gateway.ts'

/** Types of stores that are in a process, or on its disk. */
const localStores: readonly string[] = ['Memory', 'SQLite']

/**
 * What each of several replicas keeps for itself, though callers would expect it to be one; for
 * people. Undefined if there is no such thing, or but one replica.
 */
export function localState(
  { spec: { replicas = 1, autoscaling } }: DeployedGateway,
  configuration: Pick<Snapshot, 'gateway' | 'conversationStores'> | undefined,
): string | undefined {
  const most = autoscaling?.maxReplicas ?? replicas
  if (configuration === undefined || most < 2) return undefined
  const { gateway, conversationStores } = configuration
  const local = [...conversationStores].flatMap(([key, { type }]) =>
    localStores.includes(type) ? `the conversations of ${key} (type ${type})` : [],
  )
  const kept = [
    ...(gateway.state.type === 'InProcess'
      ? ['the counters of limits (spec.state InProcess)']
      : []),
    ...(gateway.defaultConversationStore === undefined
      ? ['conversations without a store (spec.defaults.conversationStoreRef)']
      : []),
    ...local,
  ]
  if (kept.length === 0) return undefined
  return `Replicas do not share ${kept.join(', ')}: name a store that they share, or run one replica`
}
