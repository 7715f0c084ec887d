import type { TypedObject } from '@fairlead/kube-core'

/**
 * A copy without `metadata.managedFields`, which are often half of an object and of no use to most
 * readers; the object itself if it has none.
 */
export function stripManagedFields<T extends TypedObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata
  return managedFields === undefined ? object : { ...object, metadata }
}

/** The field managers that wrote last, as far as seconds tell. */
export function lastManager({ metadata }: TypedObject): string | undefined {
  const names = new Set<string>()
  let latest = ''
  for (const { manager, time = '' } of metadata.managedFields ?? []) {
    if (time < latest || manager === undefined) continue
    if (time > latest) names.clear()
    latest = time
    names.add(manager)
  }
  return names.size === 0 ? undefined : [...names].join(' or ')
}
