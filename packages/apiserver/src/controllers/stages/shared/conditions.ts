import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt } from '../../../definitions/fields.ts'

/** One aspect of a status. */
export interface StatusCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly [field: string]: unknown
}

/** Those of an object's status. */
export function conditionsOf(object: KubernetesObject): readonly StatusCondition[] {
  return recordsAt(recordAt(object, 'status'), 'conditions') as unknown as StatusCondition[]
}

export function conditionOf(
  conditions: readonly StatusCondition[],
  type: string,
): StatusCondition | undefined {
  return conditions.find((condition) => condition.type === type)
}

/** Whether a condition is true. */
export function holds(object: KubernetesObject, type: string): boolean {
  return conditionOf(conditionsOf(object), type)?.status === 'True'
}

/**
 * With a condition in place of the one of its type. One of the same status and reason stays as it is;
 * one of the same status keeps the time of its transition. As SetDeploymentCondition and its like in
 * Kubernetes' controllers.
 */
export function withCondition(
  conditions: readonly StatusCondition[],
  wanted: StatusCondition,
): readonly StatusCondition[] {
  const before = conditionOf(conditions, wanted.type)
  if (before?.status === wanted.status && before.reason === wanted.reason) return conditions
  const kept = before?.status === wanted.status ? before['lastTransitionTime'] : undefined
  const next = kept === undefined ? wanted : { ...wanted, lastTransitionTime: kept }
  return [...conditions.filter(({ type }) => type !== wanted.type), next]
}

export function withoutCondition(
  conditions: readonly StatusCondition[],
  unwanted: string,
): readonly StatusCondition[] {
  return conditions.filter(({ type }) => type !== unwanted)
}
