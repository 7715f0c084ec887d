import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt } from '../definitions/fields.ts'
import { resourceName, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { count, parseAmounts, type Amounts } from './amounts.ts'
import { isOfPods, podIsInScope, podProblem, podUsage } from './pod-usage.ts'
import type { Quota, QuotaScope } from './quota.ts'

/** How objects of one resource count for quotas. */
export interface QuotaEvaluator {
  /** Whether a resource of a quota is about these objects. */
  covers(name: string): boolean
  usage(object: KubernetesObject, nowMs: number): Amounts
  isInScope(object: KubernetesObject, scope: QuotaScope): boolean
  /** What an object lacks when quotas for the resources are in force. */
  problem(object: KubernetesObject, required: readonly string[]): string | undefined
  /** Whether an update can change the usage, besides the creation. */
  readonly countsUpdates: boolean
}

const ignored: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io', 'bindings'])
/** Resources that were counted under their own names before there was `count/…`. */
const aliases: ReadonlySet<string> = new Set([
  'configmaps',
  'resourcequotas',
  'replicationcontrollers',
  'secrets',
])

/** As the registry of Kubernetes' quota evaluators; undefined for what no quota counts. */
export function quotaEvaluator(definition: ResourceDefinition): QuotaEvaluator | undefined {
  const resource = resourceName(definition)
  if (!definition.namespaced || ignored.has(resource)) return undefined
  switch (resource) {
    case 'pods':
      return pods
    case 'services':
      return services
    case 'persistentvolumeclaims':
      return claims
    default: {
      const counted = `count/${resource}`
      const names = aliases.has(resource) ? [counted, resource] : [counted]
      const usage = new Map(names.map((name) => [name, count(1)]))
      return { ...plain, covers: (name) => names.includes(name), usage: () => usage }
    }
  }
}

/** Whether an object counts for a quota, by its scopes. */
export function isInScopes(
  evaluator: QuotaEvaluator,
  object: KubernetesObject,
  { scopes }: Quota,
): boolean {
  return scopes.every((scope) => evaluator.isInScope(object, scope))
}

const plain = {
  isInScope: () => false,
  problem: () => undefined,
  countsUpdates: false,
}

const pods: QuotaEvaluator = {
  covers: isOfPods,
  usage: podUsage,
  isInScope: podIsInScope,
  problem: podProblem,
  countsUpdates: false,
}

const serviceResources = [
  'count/services',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]

const services: QuotaEvaluator = {
  ...plain,
  countsUpdates: true,
  covers: (name) => serviceResources.includes(name),
  usage: (service) => {
    const spec = recordAt(service, 'spec')
    const type = textAt(spec, 'type')
    return new Map([
      ['count/services', count(1)],
      ['services', count(1)],
      ['services.loadbalancers', count(type === 'LoadBalancer' ? 1 : 0)],
      ['services.nodeports', count(nodePorts(type, spec))],
    ])
  },
}

/** As many as will be allocated, or are named where none are. */
function nodePorts(type: string, spec: Readonly<Record<string, unknown>>): number {
  const ports = recordsAt(spec, 'ports')
  if (type === 'NodePort') return ports.length
  if (type !== 'LoadBalancer') return 0
  if (spec['allocateLoadBalancerNodePorts'] !== false) return ports.length
  return ports.filter(({ nodePort }) => nodePort !== undefined && nodePort !== 0).length
}

const classSuffix = '.storageclass.storage.k8s.io/'
const classAnnotation = 'volume.beta.kubernetes.io/storage-class'
const claimResources = ['persistentvolumeclaims', 'requests.storage']
const claimsCounted = 'count/persistentvolumeclaims'

const claims: QuotaEvaluator = {
  ...plain,
  countsUpdates: true,
  covers: (name) =>
    name === claimsCounted ||
    claimResources.some((each) => name === each || name.endsWith(`${classSuffix}${each}`)),
  usage: (claim) => {
    const spec = recordAt(claim, 'spec')
    const storageClass =
      claim.metadata.annotations?.[classAnnotation] ?? textAt(spec, 'storageClassName')
    const usage = new Map([[claimsCounted, count(1)]])
    const charge = (name: string, amount: ReturnType<typeof count>): void => {
      usage.set(name, amount)
      if (storageClass !== '') usage.set(`${storageClass}${classSuffix}${name}`, amount)
    }
    charge('persistentvolumeclaims', count(1))
    const requested = parseAmounts(recordAt(spec, 'resources')['requests']).get('storage')
    if (requested !== undefined) charge('requests.storage', wholeBytes(requested))
    return usage
  },
}

function wholeBytes(amount: ReturnType<typeof count>): ReturnType<typeof count> {
  const rest = amount.nano % 1_000_000_000n
  if (rest === 0n) return amount
  const nano = amount.nano - rest + 1_000_000_000n
  return { ...amount, nano, value: Number(nano) / 1e9 }
}
