import type { PolicyTargetReference } from '@fairlead/api'
import type { PlannedCondition, ResourceConditions } from '@fairlead/config'
import { isJsonObject } from '@fairlead/base'
import { type Condition, deepEqual, type TypedObject } from '@fairlead/kube-core'

/** The part of a status that the operator owns, with the fields that only one kind has. */
export interface OperatorStatus {
  readonly observedGeneration?: number
  readonly conditions?: readonly Condition[]
  /** Kinds that name their gateways only. */
  readonly gateways?: readonly GatewayStatus[]
  /** Kinds of policies only. */
  readonly targets?: readonly TargetStatus[]
  readonly [field: string]: unknown
}

interface TargetStatus {
  readonly targetRef: PolicyTargetReference
  readonly conditions?: readonly Condition[]
}

interface GatewayStatus {
  readonly gatewayRef: { readonly namespace?: string; readonly name: string }
  readonly controllerName: string
  readonly conditions?: readonly Condition[]
}

/** The only conditions that can cease to apply to a resource. */
const passingConditions: readonly string[] = ['StateStoreAvailable', 'KeysValid']

/** A resource's status as it is stored. */
export function statusOf(object: TypedObject): OperatorStatus {
  const { status } = object as { readonly status?: unknown }
  return isJsonObject(status) ? status : {}
}

/**
 * The status to write for what is planned, or undefined when the stored one says the same.
 * `lastTransitionTime` is kept while a condition's status stays, and is `now` otherwise.
 */
export function desiredStatus(
  object: TypedObject,
  planned: ResourceConditions,
  now: string,
): OperatorStatus | undefined {
  const stored = statusOf(object)
  const { generation } = planned
  const desired: OperatorStatus = {
    observedGeneration: generation,
    conditions: dated(planned.conditions, stored.conditions, generation, now),
    ...(planned.gateways && {
      gateways: planned.gateways.map(({ gatewayRef, controllerName, conditions }) => {
        const before = stored.gateways?.find((one) => deepEqual(one.gatewayRef, gatewayRef))
        return {
          gatewayRef,
          controllerName,
          conditions: dated(conditions, before?.conditions, generation, now),
        }
      }),
    }),
    ...(planned.targets && {
      targets: planned.targets.map(({ targetRef, conditions }) => {
        const before = stored.targets?.find((one) => deepEqual(one.targetRef, targetRef))
        return { targetRef, conditions: dated(conditions, before?.conditions, generation, now) }
      }),
    }),
    ...planned.statusFields,
  }
  return isStored(desired, stored) ? undefined : desired
}

function dated(
  planned: readonly PlannedCondition[],
  stored: readonly Condition[] | undefined,
  observedGeneration: number,
  now: string,
): readonly Condition[] {
  return planned.map((condition) => {
    const before = stored?.find(({ type }) => type === condition.type)
    const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now
    return { ...condition, observedGeneration, lastTransitionTime }
  })
}

/**
 * Whether the stored status already holds every field, and no condition of ours that no longer
 * applies; others' conditions do not matter.
 */
function isStored(desired: OperatorStatus, stored: OperatorStatus): boolean {
  const { conditions = [], ...fields } = desired
  return (
    Object.entries(fields).every(([name, value]) => sameField(value, stored[name])) &&
    conditions.every((condition) =>
      (stored.conditions ?? []).some((other) => deepEqual(condition, other)),
    ) &&
    !(stored.conditions ?? []).some(
      ({ type }) =>
        passingConditions.includes(type) && conditions.every((one) => one.type !== type),
    )
  )
}

/** An empty list and an absent one are the same. */
function sameField(desired: unknown, stored: unknown): boolean {
  if (Array.isArray(desired) && desired.length === 0 && stored === undefined) return true
  return deepEqual(desired, stored)
}
