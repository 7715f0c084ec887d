import { copyUnfrozen } from '../copy-json.ts'
import { deepEqual } from '../deep-equal.ts'
import type { KubernetesObject } from '../object.ts'
import { parseApiVersion } from '../resource-type.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { StatusError, errors } from '../status-error.ts'
import { applyConflictError } from './apply-conflict.ts'
import { checkTypedValue } from './check-typed-value.ts'
import type { FieldPath } from './field-path.ts'
import { FieldSet } from './field-set.ts'
import { fieldSetFromValue } from './field-set-from-value.ts'
import { objectFieldType } from './field-type.ts'
import type { FieldType } from './field-type.ts'
import { kubectlManager, syncLastApplied, withoutLastApplied } from './last-applied.ts'
import {
  decodeManagedFields,
  encodeManagedFields,
  managerId,
  timeOfWrite,
} from './managed-fields.ts'
import type { FieldManager, Managed, Ownership } from './managed-fields.ts'
import { keepTimesOfNoChange, withManagedFields, withoutManagedFields } from './managed-object.ts'
import { mergeTypedValues } from './merge-typed-values.ts'
import { pruneApplied } from './prune-applied.ts'
import { emptyLike, reconcileManaged, recordUpdate } from './track-update.ts'
import { comparisonOf, conflictsOf, transferOwnership } from './transfer-ownership.ts'
import { TypedValueError } from './typed-value-error.ts'
import { resetFieldSet, untrackedFields } from './untracked-fields.ts'

export interface ApplyRequest {
  /** The stored object; undefined when the apply creates it. */
  live: KubernetesObject | undefined
  /** The applied configuration: only the fields that the manager has an opinion about. */
  applied: KubernetesObject
  schema: StructuralSchema
  /** The name of the field manager; `unknown` when empty. */
  manager: string
  /** Takes over fields of other managers instead of failing with a conflict. */
  force: boolean
  subresource?: string
  /** RFC 3339, whole seconds. */
  now: string
  /** Fields that this endpoint resets and thus never owns, for example `['status']`. */
  resetFields?: FieldPath[]
}

/**
 * Merges a configuration into an object by the rules of server-side apply and returns the new
 * object with its `managedFields`. The arguments are not modified; frozen parts of them are shared.
 *
 * - The applier owns every field that it applies. What it applied last time and omits now is
 *   removed, unless another manager owns it too.
 * - Setting a field of another manager to another value is a conflict (409, causes of reason
 *   `FieldManagerConflict`); with `force` the field changes hands. Equal values are shared.
 * - An apply that changes nothing returns the stored object with its timestamps.
 * - A configuration that does not fit the schema fails with the API server's message, as a 400.
 */
export function serverSideApply(request: ApplyRequest): KubernetesObject {
  const { applied, now } = request
  checkRequest(request)
  const type = objectFieldType(request.schema)
  const manager: FieldManager = {
    name: request.manager || 'unknown',
    operation: 'Apply',
    apiVersion: applied.apiVersion,
    subresource: request.subresource ?? '',
  }
  const stored = request.live ?? emptyLike(applied)
  const live = withoutManagedFields(stored)
  try {
    const managed = managedToStartFrom(stored, live, type, now)
    const { object, owners } = merge(request, live, managed, manager, type)
    const changed = !deepEqual(live, object)
    const id = managerId(manager)
    const own = owners.get(id)
    const time = timeOfWrite(manager, own, now)
    const timed =
      own === undefined || !changed ? owners : new Map([...owners, [id, { ...own, time }]])
    const synced = manager.name === kubectlManager ? syncLastApplied(object, applied) : object
    const result = withManagedFields(synced, encodeManagedFields(timed))
    return copyUnfrozen(keepTimesOfNoChange(stored, result))
  } catch (error) {
    if (error instanceof StatusError) throw error
    if (!(error instanceof TypedValueError)) throw error
    throw errors.badRequest(error.message)
  }
}

function checkRequest({ live, applied }: ApplyRequest): void {
  if (applied.metadata?.managedFields !== undefined && applied.metadata.managedFields !== null) {
    throw errors.badRequest('metadata.managedFields must be nil')
  }
  if (live !== undefined && live.apiVersion !== applied.apiVersion) {
    throw errors.badRequest(
      'Incorrect version specified in apply patch. ' +
        `Specified patch version: ${applied.apiVersion}, expected: ${live.apiVersion}`,
    )
  }
}

const beforeFirstApply = 'before-first-apply'

/** The stored ownerships; the fields of an untracked object belong to a separate manager. */
function managedToStartFrom(
  stored: KubernetesObject,
  live: KubernetesObject,
  type: FieldType,
  now: string,
): Managed {
  const managed = decodeStored(stored)
  if (managed.size > 0) return reconcileManaged(managed, type)
  return recordUpdate({
    managed,
    before: emptyLike(live),
    after: live,
    type,
    ignored: FieldSet.empty,
    manager: {
      name: beforeFirstApply,
      operation: 'Update',
      apiVersion: live.apiVersion,
      subresource: '',
    },
    now,
  })
}

function decodeStored({ metadata }: KubernetesObject): Managed {
  try {
    return decodeManagedFields(metadata.managedFields)
  } catch (error) {
    throw new Error(`failed to decode managed fields: ${messageOf(error)}`, { cause: error })
  }
}

interface Merged {
  readonly object: KubernetesObject
  readonly owners: Managed
}

function merge(
  request: ApplyRequest,
  live: KubernetesObject,
  managed: Managed,
  manager: FieldManager,
  type: FieldType,
): Merged {
  const { applied } = request
  const ignored = resetFieldSet(request.resetFields)
  const id = managerId(manager)
  checkApplied(applied, type)
  const fields = fieldSetFromValue(applied, type).recursiveDifference(ignored)
  const owner: Ownership = { manager, fields, time: managed.get(id)?.time }
  const claimed: Managed = new Map([...managed, [id, owner]])
  const merged = mergeTypedValues(live, applied, type)
  const after = pruneApplied(merged, managed.get(id)?.fields, claimed, type)

  const comparison = comparisonOf({ before: live, after, type, ignored })
  const conflicts = request.force ? [] : conflictsOf(claimed, id, comparison)
  const remaining =
    manager.name === kubectlManager && conflicts.length > 0
      ? withoutLastApplied(conflicts, live, type)
      : conflicts
  if (remaining.length > 0) throw applyConflictError(remaining)

  const owners = new Map(transferOwnership(claimed, id, comparison))
  const tracked = fields.difference(untrackedFields)
  if (tracked.isEmpty) owners.delete(id)
  else owners.set(id, { ...owner, fields: tracked })
  return { object: { ...emptyLike(applied), ...(after as Partial<KubernetesObject>) }, owners }
}

function checkApplied(applied: KubernetesObject, type: FieldType): void {
  try {
    checkTypedValue(applied, type)
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error
    const subject = describeObject(applied)
    throw errors.badRequest(`failed to create typed patch object (${subject}): ${error.message}`)
  }
}

function describeObject({ apiVersion, kind, metadata }: KubernetesObject): string {
  const { group, version } = parseApiVersion(apiVersion)
  const { namespace = '', name = '' } = metadata
  return `${namespace}/${name}; ${group}/${version}, Kind=${kind}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
