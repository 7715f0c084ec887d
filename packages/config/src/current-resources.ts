import { sameElements } from '@fairlead/base'
import {
  applyDefaults,
  deepFreeze,
  type DefinedResource,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'
import { changesConfiguration } from './changes-configuration.ts'
import type { ResourceSet } from './resource-set.ts'

/**
 * A resource with the defaults of its schema: what an API server with our current definitions
 * returns. A kind without a schema, such as Namespace, is left as it is.
 */
function currentResource<T extends TypedObject>(type: ResourceType<T>, resource: T): T {
  if (!isDefined(type)) return resource
  return deepFreeze(applyDefaults(resource, type.schema) as T)
}

/** The resources of one kind, as they were listed and with all defaults, in the same order. */
interface Listed {
  readonly found: readonly TypedObject[]
  readonly current: readonly TypedObject[]
}

/**
 * The edge at which resources enter: a definition in the cluster may be older than this program, so
 * what is read gets the defaults of today, once for each object. Where an update changes
 * nothing that is compiled, such as a status, the object from before it is returned, and the same
 * list while nothing in it has changed; what is compiled again is thus only what must be.
 */
export class CurrentResources implements ResourceSet {
  readonly #list: ResourceSet['list']
  readonly #listed = new Map<ResourceType, Listed>()

  /** `list` must return the same object for as long as the resource does not change. */
  constructor(list: ResourceSet['list']) {
    this.#list = list
  }

  list<T extends TypedObject>(type: ResourceType<T>): readonly T[] {
    const found = this.#list(type)
    const last = this.#listed.get(type)
    const placeOf = placesBefore(last)
    const fresh = found.map((resource, index) => {
      const place = placeOf(resource, index)
      const before = last?.found[place]
      const isSame = before === resource || (before && !changesConfiguration(before, resource))
      return (isSame && last?.current[place]) || currentResource(type, resource)
    })
    const current = last && sameElements(fresh, last.current) ? last.current : fresh
    this.#listed.set(type, { found, current })
    return current as readonly T[]
  }
}

/**
 * Finds where a resource stood the last time: mostly where it stands now. Nowhere (-1) is the answer
 * for a new one, and for one without a uid, unless it is the same object in the same place.
 */
function placesBefore(last: Listed | undefined): (resource: TypedObject, index: number) => number {
  let byUid: ReadonlyMap<string | undefined, number> | undefined
  return (resource, index) => {
    const there = last?.found[index]
    const { uid } = resource.metadata
    if (there === resource || (uid !== undefined && there?.metadata.uid === uid)) return index
    if (last === undefined || uid === undefined) return -1
    byUid ??= new Map(last.found.map(({ metadata }, place) => [metadata.uid, place]))
    return byUid.get(uid) ?? -1
  }
}

function isDefined<T extends TypedObject>(type: ResourceType<T>): type is DefinedResource<T> {
  return 'schema' in type
}
