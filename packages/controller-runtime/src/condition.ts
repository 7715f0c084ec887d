import { timestamp, type Condition } from '@fairlead/kube-core'

/**
 * The conditions with this one set. `lastTransitionTime` moves to `now` only when the status
 * changes; order is kept and a new condition goes last. If nothing changes, the same list is
 * returned, so that `===` tells whether the status needs to be written.
 */
export function setCondition(
  conditions: readonly Readonly<Condition>[] | undefined,
  condition: Omit<Condition, 'lastTransitionTime'>,
  now: Date | string,
): Condition[] {
  const existing = conditions?.find(({ type }) => type === condition.type)
  const moved = existing === undefined || existing.status !== condition.status
  const lastTransitionTime = moved ? transitionTime(now) : existing.lastTransitionTime
  const next: Condition = { ...condition, lastTransitionTime }
  if (conditions === undefined || existing === undefined) return [...(conditions ?? []), next]
  // The type is what a status has; what comes from a cache stays frozen.
  if (isSame(existing, next)) return conditions as Condition[]
  return conditions.map((one) => (one.type === condition.type ? next : one))
}

/** The condition of that type, if present. */
export function findCondition(
  conditions: readonly Readonly<Condition>[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((one) => one.type === type)
}

/** Whether the condition of that type is present and True. */
export function isConditionTrue(
  conditions: readonly Readonly<Condition>[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === 'True'
}

function isSame(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration
  )
}

function transitionTime(now: Date | string): string {
  return typeof now === 'string' ? now : timestamp(now.getTime())
}
