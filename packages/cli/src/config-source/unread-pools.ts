import type { ConfigurationWarning } from '@fairlead/config'
import { noEndpointPools } from '@fairlead/gateway'
import type { Snapshot } from '@fairlead/snapshot'

/** What is to be said of providers whose InferencePools nobody can read. */
export function unreadPools(snapshot: Snapshot | undefined): readonly ConfigurationWarning[] {
  return [...(snapshot?.providers.values() ?? [])].flatMap(({ endpointPool, namespace, name }) => {
    const state = endpointPool && noEndpointPools.get(endpointPool)
    if (state === undefined || !('problem' in state)) return []
    const message = `spec.backendRef: ${state.problem}`
    const condition = { type: 'ResolvedRefs', status: 'False', reason: 'RefNotFound' } as const
    return [{ kind: 'LLMProvider', namespace, name, ...condition, message }]
  })
}
