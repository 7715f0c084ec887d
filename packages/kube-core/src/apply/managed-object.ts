import { deepEqual } from '../deep-equal.ts'
import type { KubernetesObject, ManagedFieldsEntry } from '../object.ts'

/** The object without `metadata.managedFields`, which never owns itself. */
export function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata ?? {}
  return { ...object, metadata }
}

export function withManagedFields(
  object: KubernetesObject,
  entries: readonly ManagedFieldsEntry[] | undefined,
): KubernetesObject {
  const stripped = withoutManagedFields(object)
  if (entries === undefined) return stripped
  return { ...stripped, metadata: { ...stripped.metadata, managedFields: entries } }
}

/**
 * Restores the old timestamps when only timestamps changed, so that a write that changes nothing
 * equals the stored object.
 */
export function keepTimesOfNoChange(
  before: KubernetesObject,
  after: KubernetesObject,
): KubernetesObject {
  const old = before.metadata.managedFields ?? []
  const now = after.metadata.managedFields ?? []
  if (old.length === 0 || !deepEqual(timeless(old), timeless(now))) return after
  if (!deepEqual(withoutManagedFields(before), withoutManagedFields(after))) return after
  return withManagedFields(after, old)
}

/** The entries without their times, ordered by manager. */
function timeless(entries: readonly ManagedFieldsEntry[]): unknown[] {
  const keyed = entries.map((entry) => {
    const { manager, operation, apiVersion, subresource } = entry
    const key = JSON.stringify([manager, operation, apiVersion, subresource])
    return { key, entry: { ...entry, time: undefined } }
  })
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}
