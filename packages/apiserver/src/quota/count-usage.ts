import type { KubernetesObject } from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { count, masked, sum, type Amounts } from './amounts.ts'
import { isInScopes, quotaEvaluator } from './evaluator.ts'
import type { Quota } from './quota.ts'

/** What a namespace has. */
interface Content {
  /** Each resource once. */
  readonly definitions: readonly ResourceDefinition[]
  readonly objectsOf: (definition: ResourceDefinition) => readonly KubernetesObject[]
}

/**
 * What the objects of a namespace use of what a quota limits, as CalculateUsage in Kubernetes'
 * apiserver. Resources that no object could use stay as they were.
 */
export function countUsage(
  quota: Quota,
  { definitions, objectsOf }: Content,
  nowMs: number,
): Amounts {
  let used = new Map(quota.used) as Amounts
  for (const definition of definitions) {
    const evaluator = quotaEvaluator(definition)
    const names = [...quota.hard.keys()].filter((name) => evaluator?.covers(name))
    if (evaluator === undefined || names.length === 0) continue
    let total: Amounts = new Map(names.map((name) => [name, count(0)]))
    for (const object of objectsOf(definition)) {
      if (!isInScopes(evaluator, object, quota)) continue
      total = sum(total, masked(evaluator.usage(object, nowMs), names))
    }
    used = new Map([...used, ...total])
  }
  return masked(used, quota.hard.keys())
}
