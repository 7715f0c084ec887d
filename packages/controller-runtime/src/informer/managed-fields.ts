import type { KubernetesObject } from '@fairlead/kube-core'

/** Removes `metadata.managedFields`, which is often half of an object and of no use to readers. */
export function stripManagedFields<T extends KubernetesObject>(object: T): T {
  delete object.metadata.managedFields
  return object
}

/** The field managers that wrote last, as far as seconds tell. */
export function lastManager({ metadata }: KubernetesObject): string | undefined {
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
