import { canonicalJson, objectOrEmpty, type JsonObject } from '@fairlead/base'
import { deepEqual, isNotFound } from '@fairlead/kube-core'
import type { Condition, KubernetesObject, StructuralSchema } from '@fairlead/kube-core'
import type { ApplyOf } from '../apply-of.ts'
import { findCondition, setCondition } from '../condition.ts'
import type { OwnerRun } from './owner-run.ts'
import type { NewCondition } from './standard-conditions.ts'

interface StatusParts {
  /** What the author's function returned. */
  readonly own: JsonObject
  readonly standard: readonly NewCondition[]
  readonly now: string
  /** The schema of the kind, if it is known: standard fields that it lacks are left out. */
  readonly schema: StructuralSchema | undefined
}

/**
 * The status of an owner: what its author says, with the generation that was observed and the
 * standard conditions. The author's own conditions come after them, or in place of those of the same
 * type.
 */
export function ownerStatus(owner: KubernetesObject, parts: StatusParts): JsonObject {
  const { own, standard, now, schema } = parts
  const { generation } = owner.metadata
  const given = (own['conditions'] ?? []) as readonly NewCondition[]
  const types = new Set(given.map(({ type }) => type))
  const known = objectOrEmpty(owner['status'])['conditions'] as readonly Condition[] | undefined
  const conditions = [...standard.filter(({ type }) => !types.has(type)), ...given].map(
    (condition) => findCondition(setCondition(known, condition, now), condition.type),
  )
  return {
    ...(generation !== undefined && hasField(schema, 'observedGeneration')
      ? { observedGeneration: generation }
      : {}),
    ...own,
    ...(hasField(schema, 'conditions') ? { conditions } : {}),
  }
}

/** Whether a status of that schema may have the field; it may if nothing is known. */
export function hasField(schema: StructuralSchema | undefined, field: string): boolean {
  if (schema === undefined) return true
  const status = schema.properties?.['status']
  return (
    status?.properties?.[field] !== undefined ||
    status?.['x-kubernetes-preserve-unknown-fields'] === true
  )
}

/** Applies the status, if the owner has another one. */
export async function writeStatus(status: JsonObject, run: OwnerRun): Promise<void> {
  const { owner, ownerType, fieldManager, applied, key, context } = run
  const actual = owner['status']
  const hash = canonicalJson(status)
  const isIntact = applied.isIntact(key, statusId, { hash, desired: status, actual })
  if (isIntact ?? deepEqual(status, actual ?? {})) return
  const { apiVersion, kind, metadata } = owner
  const { name, namespace } = metadata
  const configuration = {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    status,
  } as ApplyOf<KubernetesObject>
  const { signal } = context
  try {
    const options = { fieldManager, force: true, signal }
    const stored = await context.client.status.apply(ownerType, configuration, options)
    applied.record(key, statusId, { hash, desired: status, actual: stored['status'] })
  } catch (error) {
    // It has been deleted meanwhile, and has no status to tell.
    if (!isNotFound(error)) throw error
  }
}

export const statusId = 'status'
