import type { MutableObject } from '../../definitions/resource-definition.ts'
import { fieldsAt, itemsAt, type MutableFields } from '../shared/defaulting.ts'

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

/**
 * Adds the labels of a new pod that its affinity names to the selectors there: as mutatePodAffinity
 * in Kubernetes' pod strategy.
 */
export function applyLabelKeys(pod: MutableObject): void {
  const affinity = fieldsAt(fieldsAt(pod, 'spec') ?? {}, 'affinity')
  if (affinity === undefined) return
  for (const field of ['podAffinity', 'podAntiAffinity']) {
    const pods = fieldsAt(affinity, field) ?? {}
    for (const term of itemsAt(pods, preferred)) {
      applyToTerm(fieldsAt(term, 'podAffinityTerm') ?? {}, pod.metadata.labels)
    }
    for (const term of itemsAt(pods, required)) applyToTerm(term, pod.metadata.labels)
  }
}

function applyToTerm(term: MutableFields, labels: Readonly<Record<string, string>> = {}): void {
  const selector = fieldsAt(term, 'labelSelector')
  if (selector === undefined) return
  const added = [
    ...expressions(term['matchLabelKeys'], 'In', labels),
    ...expressions(term['mismatchLabelKeys'], 'NotIn', labels),
  ]
  if (added.length === 0) return
  selector['matchExpressions'] = [...itemsAt(selector, 'matchExpressions'), ...added]
}

function expressions(
  keys: unknown,
  operator: string,
  labels: Readonly<Record<string, string>>,
): MutableFields[] {
  const list: unknown[] = Array.isArray(keys) ? keys : []
  return list.flatMap((key) => {
    const value = typeof key === 'string' && Object.hasOwn(labels, key) ? labels[key] : undefined
    return value === undefined ? [] : [{ key, operator, values: [value] }]
  })
}
