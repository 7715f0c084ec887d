import type { TypedObject } from '@fairlead/kube-core'
import { keyOf, keyText } from '../object-key.ts'

/** The values an object is indexed under. Must be pure: it is called again to remove them. */
export type IndexFunction<T extends TypedObject> = (object: T) => readonly string[]

interface Index<T extends TypedObject> {
  readonly valuesOf: IndexFunction<T>
  readonly keysByValue: Map<string, Set<string>>
}

/** The objects of one informer by key, by namespace and by the indexes that were added. */
export class Store<T extends TypedObject> {
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<string, Index<T>>()
  readonly #keysByNamespace = new Map<string, Set<string>>()

  get size(): number {
    return this.#objects.size
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys()
  }

  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return [...this.#objects.values()]
    return this.#collect(this.#keysByNamespace.get(namespace))
  }

  /** Every change of every object comes here: whoever has the object's key passes it on. */
  set(object: T, key: string = keyText(keyOf(object))): void {
    const old = this.#objects.get(key)
    if (old === undefined) link(this.#keysByNamespace, object.metadata.namespace ?? '', key)
    else this.#unindex(key, old)
    this.#objects.set(key, object)
    for (const index of this.#indexes.values()) {
      for (const value of index.valuesOf(object)) link(index.keysByValue, value, key)
    }
  }

  delete(key: string): void {
    const old = this.#objects.get(key)
    if (old === undefined) return
    this.#objects.delete(key)
    unlink(this.#keysByNamespace, old.metadata.namespace ?? '', key)
    this.#unindex(key, old)
  }

  /** Adds an index; objects already stored are indexed immediately. */
  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    if (this.#indexes.has(name)) throw new Error(`Index with name ${name} already exists`)
    const index: Index<T> = { valuesOf, keysByValue: new Map() }
    this.#indexes.set(name, index)
    for (const [key, object] of this.#objects) {
      for (const value of valuesOf(object)) link(index.keysByValue, value, key)
    }
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name)
    if (index === undefined) throw new Error(`Index with name ${name} does not exist`)
    return this.#collect(index.keysByValue.get(value))
  }

  #unindex(key: string, old: T): void {
    for (const index of this.#indexes.values()) {
      for (const value of index.valuesOf(old)) unlink(index.keysByValue, value, key)
    }
  }

  #collect(keys: ReadonlySet<string> | undefined): readonly T[] {
    const found: T[] = []
    for (const key of keys ?? []) {
      const object = this.#objects.get(key)
      if (object !== undefined) found.push(object)
    }
    return found
  }
}

function link(map: Map<string, Set<string>>, value: string, key: string): void {
  const keys = map.get(value)
  if (keys === undefined) map.set(value, new Set([key]))
  else keys.add(key)
}

function unlink(map: Map<string, Set<string>>, value: string, key: string): void {
  const keys = map.get(value)
  if (keys === undefined || !keys.delete(key) || keys.size > 0) return
  map.delete(value)
}
