import { group, LLMGateway, PromptEvaluation, ReferenceGrant } from '@fairlead/api'
import { kinds, migrationsOf } from '@fairlead/config'

import { HTTPRoute, inferencePools, PodMonitor } from './optional-kinds.ts'

/** One rule of a ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  /** Defaults to all. */
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** What informers do. */
const read = ['list', 'watch'] as const
const keep = [...read, 'create', 'patch', 'delete'] as const
const types = kinds.map(({ type }) => type)
const ours = types.map(({ plural }) => plural)
const migrated = types.filter(({ kind }) => migrationsOf(kind).length > 0)

/**
 * What the operator may do to run gateways that have `spec.deployment`: keep what they are made of,
 * and permit them what it may not do itself, such as to read Secrets (`bind` and `escalate`).
 */
const deploymentRules: readonly PolicyRule[] = [
  { apiGroups: [group], resources: [`${LLMGateway.plural}/finalizers`], verbs: ['update'] },
  { apiGroups: [''], resources: ['serviceaccounts', 'services'], verbs: keep },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: keep },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: keep },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: keep },
  { apiGroups: [HTTPRoute.group], resources: [HTTPRoute.plural], verbs: keep },
  { apiGroups: [PodMonitor.group], resources: [PodMonitor.plural], verbs: keep },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: keep },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterrolebindings', 'rolebindings'],
    verbs: keep,
  },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles', 'roles'],
    verbs: [...keep, 'bind', 'escalate'],
  },
]

/**
 * All that the operator may do in a cluster: install the kinds, rewrite stored resources of an older
 * shape, lead, write statuses, and run gateways. It may not read Secrets: only gateways do.
 */
export const operatorRules: readonly PolicyRule[] = [
  { apiGroups: [group], resources: ours, verbs: read },
  { apiGroups: [group], resources: ours, verbs: ['patch'] },
  { apiGroups: [group], resources: migrated.map(({ plural }) => plural), verbs: ['get', 'update'] },
  {
    apiGroups: [group],
    resources: ours.map((plural) => `${plural}/status`),
    verbs: ['patch'],
  },
  { apiGroups: [ReferenceGrant.group], resources: [ReferenceGrant.plural], verbs: read },
  { apiGroups: [''], resources: ['namespaces'], verbs: read },
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    verbs: ['get', ...read, 'create', 'patch'],
  },
  {
    apiGroups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions/status'],
    verbs: ['patch'],
  },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'create', 'update'],
  },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ...deploymentRules,
]

/**
 * What the operator also does if it serves webhooks: fill in the configuration of that name, and ask
 * who may publish.
 */
export function admissionClusterRules(configuration: string): readonly PolicyRule[] {
  return [
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['validatingwebhookconfigurations'],
      resourceNames: [configuration],
      verbs: ['get', ...read, 'patch'],
    },
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['subjectaccessreviews'],
      verbs: ['create'],
    },
  ]
}

/** In its own namespace then: it keeps its certificates in the Secret of that name, which is there. */
export function admissionRules(secret: string): readonly PolicyRule[] {
  return [
    { apiGroups: [''], resources: ['secrets'], resourceNames: [secret], verbs: ['get', 'update'] },
  ]
}

/** What every gateway does wherever its resources are: read them, tell what came of evaluations, and ask whose token one is. None of them holds a secret. */
export const gatewayClusterRules: readonly PolicyRule[] = [
  { apiGroups: [group], resources: ours, verbs: read },
  { apiGroups: [ReferenceGrant.group], resources: [ReferenceGrant.plural], verbs: read },
  { apiGroups: [group], resources: [`${PromptEvaluation.plural}/status`], verbs: ['patch'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: read },
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
]

/** What a gateway does where InferencePools are that its providers name: find out whom it may call. */
export const poolRules: readonly PolicyRule[] = [
  { apiGroups: [inferencePools.group], resources: [inferencePools.plural], verbs: read },
  { apiGroups: [''], resources: ['pods'], verbs: read },
]

/**
 * All that a gateway which the operator does not run may do in a cluster: that, report, and read the
 * Secrets that it serves with and the ConfigMaps of its knowledge bases and evaluations. One that calls InferencePools needs `poolRules` besides.
 */
export const gatewayRules: readonly PolicyRule[] = [
  ...gatewayClusterRules,
  { apiGroups: [group], resources: [`${LLMGateway.plural}/status`], verbs: ['patch'] },
  { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: read },
]
