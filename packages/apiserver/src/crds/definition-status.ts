import type { Condition, CustomResourceNames, KubernetesObject } from '@fairlead/kube-core'

export type DefinitionCondition = Omit<Condition, 'observedGeneration'>

export interface DefinitionStatus {
  readonly conditions: readonly DefinitionCondition[]
  readonly acceptedNames?: Partial<CustomResourceNames>
  readonly storedVersions?: readonly string[] | null
}

/** The status of a definition; without one, a status with no conditions. */
export function statusOf(definition: KubernetesObject): DefinitionStatus {
  const status = definition['status'] as Partial<DefinitionStatus> | undefined
  return { ...status, conditions: status?.conditions ?? [] }
}

export function isTrue(status: DefinitionStatus, type: string): boolean {
  return status.conditions.some((each) => each.type === type && each.status === 'True')
}

/** The conditions with one of them set; its transition time changes only with its status. */
export function withCondition(
  conditions: readonly DefinitionCondition[],
  condition: Omit<DefinitionCondition, 'lastTransitionTime'>,
  now: string,
): DefinitionCondition[] {
  const previous = conditions.find(({ type }) => type === condition.type)
  const lastTransitionTime =
    previous?.status === condition.status ? previous.lastTransitionTime : now
  const next = { lastTransitionTime, ...condition }
  if (previous === undefined) return [...conditions, next]
  return conditions.map((each) => (each === previous ? next : each))
}
