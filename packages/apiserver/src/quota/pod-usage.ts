import type { KubernetesObject } from '@fairlead/kube-core'

import { numberAt, optionalRecordAt, recordAt, recordsAt, textAt } from '../definitions/fields.ts'
import { count, sum, type Amounts } from './amounts.ts'
import { amountsOf, containersOf, initContainersOf, podAmounts } from './pod-resources.ts'
import type { QuotaScope } from './quota.ts'

const computed = ['cpu', 'memory', 'ephemeral-storage'] as const

/** Resources of quotas that pods use; others have the prefixes of huge pages and `requests.`. */
const podResources: ReadonlySet<string> = new Set([
  'count/pods',
  'pods',
  ...computed.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
])

/** Resources of which a quota wants every container to say what it needs. */
const mustBeSaid: ReadonlySet<string> = new Set(
  ['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
)

/** Whether a resource of a quota is about pods. */
export function isOfPods(name: string): boolean {
  return (
    podResources.has(name) ||
    name.startsWith('hugepages-') ||
    name.startsWith('requests.hugepages-') ||
    (name.startsWith('requests.') && isForeign(name))
  )
}

/**
 * What a pod counts for, as PodUsageFunc in Kubernetes' quota evaluators. One that has ended, or that
 * should be gone by now, only counts as an object.
 */
export function podUsage(pod: KubernetesObject, nowMs: number): Amounts {
  const object = new Map([['count/pods', count(1)]])
  if (hasEnded(pod, nowMs)) return object
  const usage = computeUsage(podAmounts(pod, 'requests'), podAmounts(pod, 'limits'))
  return sum(sum(object, new Map([['pods', count(1)]])), usage)
}

/** What the containers of a pod do not say, although quotas for the resources want it. */
export function podProblem(pod: KubernetesObject, required: readonly string[]): string | undefined {
  const wanted = required.filter((name) => mustBeSaid.has(name)).toSorted()
  const problems = wanted.flatMap((resource) => {
    const silent = [...containersOf(pod), ...initContainersOf(pod)].filter((container) => {
      const said = computeUsage(amountsOf(container, 'requests'), amountsOf(container, 'limits'))
      return !said.has(resource)
    })
    const names = [...new Set(silent.map((container) => textAt(container, 'name')))].toSorted()
    return names.length === 0 ? [] : [`${resource} for: ${names.join(',')}`]
  })
  return problems.length === 0 ? undefined : `must specify ${problems.join('; ')}`
}

/** Whether a pod is in a scope of a quota. */
export function podIsInScope(pod: KubernetesObject, scope: QuotaScope): boolean {
  const spec = recordAt(pod, 'spec')
  switch (scope.name) {
    case 'Terminating':
      return (numberAt(spec, 'activeDeadlineSeconds') ?? -1) >= 0
    case 'NotTerminating':
      return (numberAt(spec, 'activeDeadlineSeconds') ?? -1) < 0
    case 'BestEffort':
      return isBestEffort(pod)
    case 'NotBestEffort':
      return !isBestEffort(pod)
    case 'PriorityClass':
      return hasClass(textAt(spec, 'priorityClassName'), scope)
    case 'CrossNamespacePodAffinity':
      return looksBeyondNamespace(recordAt(spec, 'affinity'))
    default:
      return false
  }
}

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage = new Map()
  for (const name of computed) {
    const request = requests.get(name)
    if (request !== undefined) usage.set(name, request).set(`requests.${name}`, request)
    const limit = limits.get(name)
    if (limit !== undefined) usage.set(`limits.${name}`, limit)
  }
  for (const [name, request] of requests) {
    if (name.startsWith('hugepages-')) usage.set(name, request)
    if (name.startsWith('hugepages-') || (isForeign(name) && !name.startsWith('requests.'))) {
      usage.set(`requests.${name}`, request)
    }
  }
  return usage
}

/** Of a name that Kubernetes itself does not give: an extended resource. */
function isForeign(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/')
}

function hasEnded(pod: KubernetesObject, nowMs: number): boolean {
  const phase = textAt(recordAt(pod, 'status'), 'phase')
  if (phase === 'Failed' || phase === 'Succeeded') return true
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata
  if (typeof deletionTimestamp !== 'string' || typeof deletionGracePeriodSeconds !== 'number') {
    return false
  }
  return nowMs > Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000
}

function isBestEffort(pod: KubernetesObject): boolean {
  return textAt(recordAt(pod, 'status'), 'qosClass') === 'BestEffort'
}

function hasClass(name: string, { operator, values }: QuotaScope): boolean {
  switch (operator) {
    case 'In':
      return values.includes(name)
    case 'NotIn':
      return !values.includes(name)
    case 'DoesNotExist':
      return name === ''
    default:
      return name !== ''
  }
}

function looksBeyondNamespace(affinity: Readonly<Record<string, unknown>>): boolean {
  return ['podAffinity', 'podAntiAffinity'].some((field) => {
    const own = recordAt(affinity, field)
    const terms = [
      ...recordsAt(own, 'requiredDuringSchedulingIgnoredDuringExecution'),
      ...recordsAt(own, 'preferredDuringSchedulingIgnoredDuringExecution').map((each) => {
        return recordAt(each, 'podAffinityTerm')
      }),
    ]
    return terms.some((term) => {
      const { namespaces } = term
      const names = Array.isArray(namespaces) && namespaces.length > 0
      return names || optionalRecordAt(term, 'namespaceSelector') !== undefined
    })
  })
}
