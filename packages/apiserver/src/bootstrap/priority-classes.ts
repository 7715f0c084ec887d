import type { BootstrapObject } from './bootstrap-object.ts'

const descriptions: readonly (readonly [name: string, value: number, description: string])[] = [
  [
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
  [
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ],
]

/** The priority classes of the system, as in Kubernetes' scheduling API. */
export function bootstrapPriorityClasses(): BootstrapObject[] {
  return descriptions.map(([name, value, description]) => ({
    resource: 'priorityclasses.scheduling.k8s.io',
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    name,
    generation: 1,
    content: { value, description, preemptionPolicy: 'PreemptLowerPriority' },
    owned: { 'f:description': {}, 'f:preemptionPolicy': {}, 'f:value': {} },
  }))
}
