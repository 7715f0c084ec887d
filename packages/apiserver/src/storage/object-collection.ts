import type { KubernetesObject } from '@fairlead/kube-core'

import { SortedNames } from './sorted-names.ts'

/** Some of the objects of a resource, in byte order of `namespace/name`. */
export interface ObjectRange {
  readonly length: number
  /** To be gone through before anything is changed. */
  readonly objects: Iterable<KubernetesObject>
}

interface Namespace {
  readonly names: SortedNames
  readonly objects: Map<string, KubernetesObject>
}

/** The objects of one resource, by namespace and name. */
export class ObjectCollection {
  readonly #namespaces = new Map<string, Namespace>()
  /** Sorted as keys are: `a-b/` stands before `a/`. */
  readonly #prefixes = new SortedNames()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(namespace: string, name: string): KubernetesObject | undefined {
    return this.#namespaces.get(namespace)?.objects.get(name)
  }

  set(namespace: string, name: string, object: KubernetesObject): void {
    const { names, objects } = this.#namespace(namespace)
    if (!objects.has(name)) {
      names.add(name)
      this.#size += 1
    }
    objects.set(name, object)
  }

  delete(namespace: string, name: string): void {
    const found = this.#namespaces.get(namespace)
    if (found?.objects.delete(name) !== true) return
    this.#size -= 1
    if (found.objects.size > 0) return found.names.delete(name)
    this.#namespaces.delete(namespace)
    this.#prefixes.delete(`${namespace}/`)
  }

  isEmpty(namespace: string | undefined): boolean {
    return namespace === undefined ? this.#size === 0 : !this.#namespaces.has(namespace)
  }

  /**
   * The objects of a namespace, or all, from the key `start` on, which is a name in a namespace and
   * else `namespace/name`. Nothing is sorted or copied for it.
   */
  range(namespace: string | undefined, start = ''): ObjectRange {
    const parts = namespace === undefined ? this.#partsFrom(start) : [{ namespace, start }]
    const ranges = parts.flatMap((part) => {
      const found = this.#namespaces.get(part.namespace)
      return found === undefined ? [] : rangeOf(found, part.start)
    })
    const length = ranges.reduce((sum, range) => sum + range.length, 0)
    return { length, objects: chained(ranges) }
  }

  #partsFrom(start: string): { namespace: string; start: string }[] {
    return this.#prefixes.sorted().flatMap((prefix) => {
      const namespace = prefix.slice(0, -1)
      if (start.startsWith(prefix)) return { namespace, start: start.slice(prefix.length) }
      return prefix >= start ? { namespace, start: '' } : []
    })
  }

  #namespace(namespace: string): Namespace {
    const known = this.#namespaces.get(namespace)
    if (known !== undefined) return known
    const made = { names: new SortedNames(), objects: new Map<string, KubernetesObject>() }
    this.#namespaces.set(namespace, made)
    this.#prefixes.add(`${namespace}/`)
    return made
  }
}

function rangeOf({ names, objects }: Namespace, start: string): ObjectRange {
  const sorted = names.sorted()
  const first = start === '' ? 0 : names.indexFrom(start)
  return {
    length: sorted.length - first,
    objects: {
      *[Symbol.iterator]() {
        for (let index = first; index < sorted.length; index++) {
          const object = objects.get(sorted[index] ?? '')
          if (object !== undefined) yield object
        }
      },
    },
  }
}

function chained(ranges: readonly ObjectRange[]): Iterable<KubernetesObject> {
  const [only, ...others] = ranges
  if (only !== undefined && others.length === 0) return only.objects
  return {
    *[Symbol.iterator]() {
      for (const { objects } of ranges) yield* objects
    },
  }
}
