import type { PodDisruptionBudget } from '@fairlead/kube-types'
import type { ChildOf } from '@fairlead/controller-runtime'
import { metadataOf, type DeployedGateway } from './deployed-gateway.ts'

/** How many replicas may be gone while nodes are drained. */
export function podDisruptionBudgetOf(gateway: DeployedGateway): ChildOf<PodDisruptionBudget> {
  const { minAvailable, maxUnavailable = 1 } = gateway.spec.disruptionBudget
  return {
    metadata: metadataOf(gateway),
    spec: {
      selector: { matchLabels: gateway.selector },
      ...(minAvailable === undefined ? { maxUnavailable } : { minAvailable }),
    },
  }
}
