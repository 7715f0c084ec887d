import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change } from './change.ts'
import type { ObjectRange } from './object-collection.ts'

interface RangeScope {
  readonly namespace: string | undefined
  readonly start: string | undefined
}

/** What a range was before these changes, the oldest first: they are undone, the newest first. */
export function pastRange(
  present: ObjectRange,
  changes: readonly Change[],
  { namespace, start = '' }: RangeScope,
): ObjectRange {
  const keyOf = (key: { readonly namespace: string; readonly name: string }): string =>
    namespace === undefined ? `${key.namespace}/${key.name}` : key.name
  const before = new Map<string, KubernetesObject | undefined>()
  for (const { key, previous } of changes.toReversed()) {
    const isInside = namespace === undefined || key.namespace === namespace
    if (isInside && keyOf(key) >= start) before.set(keyOf(key), previous)
  }
  const known = (object: KubernetesObject): string =>
    keyOf({ namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' })
  const objects: KubernetesObject[] = []
  for (const object of present.objects) {
    const key = known(object)
    const past = before.has(key) ? before.get(key) : object
    before.delete(key)
    if (past !== undefined) objects.push(past)
  }
  // What is left has been deleted since, or was created and deleted.
  const gone = [...before.values()].filter((object) => object !== undefined)
  if (gone.length > 0) {
    objects.push(...gone)
    objects.sort((left, right) => (known(left) < known(right) ? -1 : 1))
  }
  return { length: objects.length, objects }
}
