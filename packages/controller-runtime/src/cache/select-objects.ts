import { parseFieldSelector, parseLabelSelector } from '@fairlead/kube-core'
import type { TypedObject } from '@fairlead/kube-core'
import type { Informer } from '../informer/informer.ts'

export interface CacheListOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  /**
   * Terms with `=`, such as `spec.nodeName=a,spec.phase=b`; each needs an index of that name, added
   * before with `addIndex`.
   */
  readonly fieldSelector?: string
  /** Only objects with this value in an index that was added before. */
  readonly index?: { readonly name: string; readonly value: string }
  /** At most so many objects, whichever come first; there is no way to get the rest. Defaults to all. */
  readonly limit?: number
}

/** The objects of an informer that match all of the options. */
export function selectObjects<T extends TypedObject>(
  informer: Informer<T>,
  { namespace, labelSelector, fieldSelector, index, limit = Infinity }: CacheListOptions,
): readonly T[] {
  const terms = [...(index === undefined ? [] : [index]), ...exactTerms(fieldSelector)]
  let objects = indexed(informer, terms, namespace) ?? informer.list(namespace)
  if (labelSelector !== undefined) {
    const selector = parseLabelSelector(labelSelector)
    objects = objects.filter(({ metadata }) => selector.matches(metadata.labels))
  }
  return limit > 0 && limit < objects.length ? objects.slice(0, limit) : objects
}

/** The objects that have all of the values; undefined if none is asked for. */
function indexed<T extends TypedObject>(
  informer: Informer<T>,
  terms: readonly { readonly name: string; readonly value: string }[],
  namespace: string | undefined,
): readonly T[] | undefined {
  let objects: readonly T[] | undefined
  for (const { name, value } of terms) {
    const found = informer.byIndex(name, value, namespace)
    const before = objects === undefined ? undefined : new Set(objects)
    objects = before === undefined ? found : found.filter((object) => before.has(object))
  }
  return objects
}

function exactTerms(fieldSelector: string | undefined): { name: string; value: string }[] {
  if (fieldSelector === undefined) return []
  return parseFieldSelector(fieldSelector).requirements.map(({ path, operator, value }) => {
    if (operator !== '=') {
      throw new Error(
        `non-exact field matches are not supported by the cache: ${path}${operator}${value}`,
      )
    }
    return { name: path, value }
  })
}
