import { group, kinds, ReferenceGrant } from '@fairlead/api'

/** One rule of a ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const read = ['get', 'list', 'watch'] as const
const ours = kinds.map(({ plural }) => plural)

/**
 * All that the operator may do in a cluster: install the kinds, lead, and keep statuses. Secrets are
 * not among it: only gateways read them.
 */
export const operatorRules: readonly PolicyRule[] = [
  { apiGroups: [group], resources: ours, verbs: read },
  {
    apiGroups: [group],
    resources: ours.map((plural) => `${plural}/status`),
    verbs: ['get', 'patch'],
  },
  { apiGroups: [ReferenceGrant.group], resources: [ReferenceGrant.plural], verbs: read },
  { apiGroups: [''], resources: ['namespaces'], verbs: read },
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    verbs: [...read, 'create', 'patch'],
  },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'create', 'update'],
  },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
]
