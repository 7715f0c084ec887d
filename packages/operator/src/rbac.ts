import { group, LLMGateway, ReferenceGrant } from '@fairlead/api'
import { kinds, migrationsOf } from '@fairlead/config'

/** One rule of a ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const read = ['get', 'list', 'watch'] as const
const types = kinds.map(({ type }) => type)
const ours = types.map(({ plural }) => plural)
const migrated = types.filter(({ kind }) => migrationsOf(kind).length > 0)

/**
 * All that the operator may do in a cluster: install the kinds, rewrite stored resources of an older
 * shape, lead, and write statuses. Secrets are not included: only gateways read them.
 */
export const operatorRules: readonly PolicyRule[] = [
  { apiGroups: [group], resources: ours, verbs: read },
  { apiGroups: [group], resources: migrated.map(({ plural }) => plural), verbs: ['update'] },
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

/** All that a gateway may do in a cluster: read what it serves, Secrets included, ask whose token one is, and report. */
export const gatewayRules: readonly PolicyRule[] = [
  { apiGroups: [group], resources: ours, verbs: read },
  { apiGroups: [group], resources: [`${LLMGateway.plural}/status`], verbs: ['patch'] },
  { apiGroups: [ReferenceGrant.group], resources: [ReferenceGrant.plural], verbs: read },
  { apiGroups: [''], resources: ['namespaces', 'secrets'], verbs: read },
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
]
