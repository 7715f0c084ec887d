import { deepEqual } from '../deep-equal.ts'
import type { KubernetesObject, ManagedFieldsEntry } from '../object.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import type { FieldPath } from './field-path.ts'
import { FieldSet } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import { objectFieldType } from './field-type.ts'
import {
  capUpdaters,
  decodeManagedFields,
  encodeManagedFields,
  managerId,
  timeOfWrite,
} from './managed-fields.ts'
import type { FieldManager, Managed } from './managed-fields.ts'
import { keepTimesOfNoChange, withManagedFields, withoutManagedFields } from './managed-object.ts'
import { reconcileFieldSet } from './reconcile-field-set.ts'
import { comparisonOf, transferOwnership } from './transfer-ownership.ts'
import { resetFieldSet, untrackedFields } from './untracked-fields.ts'

export interface UpdateRequest {
  /** The stored object; undefined for a create. */
  before: KubernetesObject | undefined
  /**
   * For a create, an object of the kind in which no field is set: what is in it was not set by the
   * writer. Nothing when undefined.
   */
  empty?: KubernetesObject | undefined
  /** The object to be stored, after defaulting and admission. */
  after: KubernetesObject
  schema: StructuralSchema
  /** The name of the field manager; `unknown` when empty. */
  manager: string
  subresource?: string
  /** RFC 3339, whole seconds. */
  now: string
  /** Fields that this endpoint resets and thus never owns, for example `['status']`. */
  resetFields?: FieldPath[]
}

/**
 * Tracks the ownership of a create, an update or a patch: the writer owns what it changed, and
 * nobody owns what was removed. Returns a shallow copy of `after` with its `managedFields`.
 *
 * - `managedFields` that the client sent are taken over, so that they can be edited; `[]` and
 *   `[{}]` clear them and end the tracking of the object until it is applied to again. At a
 *   subresource, and when they are empty or malformed, those of the stored object stay.
 * - A write that changes nothing leaves the timestamps alone.
 * - An object that does not fit its schema keeps the stored ownership; nothing is thrown.
 */
export function trackUpdate(request: UpdateRequest): KubernetesObject {
  const { before, after, now } = request
  const type = objectFieldType(request.schema)
  const managed = managedToStartFrom(request)
  // Objects stored before tracking, or whose tracking was cleared, have no managers.
  if (managed.size === 0 && before?.metadata.uid) return withManagedFields(after, undefined)
  try {
    const tracked = recordUpdate({
      managed,
      before: withoutManagedFields(before ?? request.empty ?? emptyLike(after)),
      after: withoutManagedFields(after),
      type,
      ignored: resetFieldSet(request.resetFields),
      manager: {
        name: request.manager || 'unknown',
        operation: 'Update',
        apiVersion: after.apiVersion,
        subresource: request.subresource ?? '',
      },
      now,
    })
    const result = withManagedFields(after, encodeManagedFields(capUpdaters(tracked)))
    return before === undefined ? result : keepTimesOfNoChange(before, result)
  } catch {
    // Tracking must never fail a write: validation reports what does not fit the schema.
    return withManagedFields(after, before?.metadata.managedFields)
  }
}

/** An object with only its apiVersion and kind. */
export function emptyLike({ apiVersion, kind }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata: {} }
}

function managedToStartFrom({ before, after, subresource }: UpdateRequest): Managed {
  const stored = decodeOrEmpty(before?.metadata.managedFields)
  if (subresource) return stored
  const sent = after.metadata.managedFields
  if (isReset(sent)) return new Map()
  const managed = decodeOrEmpty(sent)
  return managed.size === 0 ? stored : managed
}

function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (entries === undefined || entries === null) return false
  return entries.length === 0 || deepEqual(entries, [{}])
}

function decodeOrEmpty(entries: readonly ManagedFieldsEntry[] | undefined): Managed {
  try {
    return decodeManagedFields(entries)
  } catch {
    return new Map()
  }
}

interface TrackedUpdate {
  readonly managed: Managed
  readonly before: KubernetesObject
  readonly after: KubernetesObject
  readonly type: FieldType
  readonly ignored: FieldSet
  readonly manager: FieldManager
  readonly now: string
}

/** The managers after an update. Throws when a value does not fit the type. */
export function recordUpdate(update: TrackedUpdate): Managed {
  const { type, ignored, manager, now } = update
  const comparison = comparisonOf(update)
  const id = managerId(manager)
  // The writer is first treated like the others: it keeps the fields it owned and did not change.
  const others = transferOwnership(reconcileManaged(update.managed, type), '', comparison)
  const written = comparison.modified
    .union(comparison.added)
    .recursiveDifference(ignored)
    .difference(untrackedFields)
  if (written.isEmpty) return others
  const fields = written.union(others.get(id)?.fields ?? FieldSet.empty)
  const time = timeOfWrite(manager, others.get(id), now)
  return new Map([...others, [id, { manager, fields, time }]])
}

/** Adjusts managers that were recorded under an older schema. */
export function reconcileManaged(managed: Managed, type: FieldType): Managed {
  return new Map(
    [...managed].map(([id, ownership]) => [
      id,
      { ...ownership, fields: reconcileFieldSet(ownership.fields, type) },
    ]),
  )
}
