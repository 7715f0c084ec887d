import type { ReplicaProblem, Snapshot, StateSettings } from '@fairlead/snapshot'
import type { ReportedStateStore } from '../reported-usage.ts'

/** What every UsagePolicy suffers from while the store of the counters does not answer. */
export function storeProblems(
  snapshot: Pick<Snapshot, 'usagePolicies'> | undefined,
  problem: string | undefined,
): readonly ReplicaProblem[] {
  if (problem === undefined || snapshot === undefined) return []
  return snapshot.usagePolicies.map(({ name, namespace, onStoreFailure }) => ({
    kind: 'UsagePolicy',
    namespace,
    name,
    reason: 'StateStoreUnavailable',
    message:
      onStoreFailure === 'Deny'
        ? `Calls are refused, for they cannot be counted: ${problem}`
        : `Calls are admitted and not counted until the store answers again: ${problem}`,
  }))
}

/** Where counters are, and whether that answers; undefined without policies. */
export function reportedStore(
  snapshot: Pick<Snapshot, 'gateway' | 'usagePolicies'> | undefined,
  problem: string | undefined,
): ReportedStateStore | undefined {
  if (snapshot === undefined || snapshot.usagePolicies.length === 0) return undefined
  const name = nameOf(snapshot.gateway.state)
  return { name, available: problem === undefined, message: problem ?? '' }
}

function nameOf(state: StateSettings): string {
  if (state.type === 'InProcess' || state.url === undefined) return state.type
  const { key, name, namespace } = state.url
  return `${state.type} ${namespace}/${name}/${key}`
}
