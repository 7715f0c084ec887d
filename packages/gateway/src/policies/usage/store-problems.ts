import type { ReplicaProblem, Snapshot } from '@fairlead/snapshot'

/** What every UsagePolicy suffers from while the store of the counters does not answer. */
export function storeProblems(
  { usagePolicies }: Pick<Snapshot, 'usagePolicies'>,
  problem: string | undefined,
): readonly ReplicaProblem[] {
  if (problem === undefined) return []
  return usagePolicies.map(({ name, namespace, onStoreFailure }) => ({
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
