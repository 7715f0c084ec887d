import { kinds } from '@fairlead/api'
import type { Cache } from '@fairlead/controller-runtime'
import type { TypedObject } from '@fairlead/kube-core'
import { type Clock, systemClock } from '@fairlead/base'
import type { AuditTrail } from './audit-trail.ts'

/**
 * Tells of the changes of our kinds in a cluster, as far as a watch shows them: when, and by which
 * field manager; the user is in the audit log of the cluster's API server. Call it before the cache
 * starts; it declares the kinds.
 */
export function watchChanges(
  cache: Pick<Cache, 'informerFor'>,
  trail: Pick<AuditTrail, 'changed'>,
  clock: Pick<Clock, 'now'> = systemClock,
): void {
  const tell = (verb: string, object: TypedObject) =>
    trail.changed(changeOf(verb, object, new Date(clock.now()).toISOString()))
  for (const type of kinds) {
    cache.informerFor<TypedObject>(type).onEvent({
      added: (object, { initial }) => {
        if (!initial) tell('create', object)
      },
      updated: (before, after) => {
        const isAnother = before.metadata.generation !== after.metadata.generation
        if (isAnother) tell('update', after)
      },
      deleted: (object) => tell('delete', object),
    })
  }
}

/** What the cache of a manager has to keep for `watchChanges`: who wrote, but not which fields. */
export function keepManagers<T extends TypedObject>(object: T): T {
  const managedFields = object.metadata.managedFields?.map((entry) => {
    const { fieldsV1: _fields, ...kept } = entry
    return kept
  })
  if (managedFields === undefined) return object
  return { ...object, metadata: { ...object.metadata, managedFields } }
}

function changeOf(verb: string, { kind, metadata }: TypedObject, time: string) {
  const { generation, name = '', namespace = '', resourceVersion, uid } = metadata
  // Who deletes an object is not in it.
  const fieldManager = verb === 'delete' ? undefined : lastManager(metadata.managedFields ?? [])
  return {
    time,
    kind: 'Change' as const,
    verb,
    object: kind,
    namespace,
    name,
    uid,
    generation,
    resourceVersion,
    fieldManager,
  }
}

/** Of those that have not only written the status. */
function lastManager(
  entries: NonNullable<TypedObject['metadata']['managedFields']>,
): string | undefined {
  return entries
    .filter(({ subresource }) => subresource === undefined)
    .toSorted((left, right) => (left.time ?? '').localeCompare(right.time ?? ''))
    .at(-1)?.manager
}
