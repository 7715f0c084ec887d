import { compareResourceVersion } from '@fairlead/kube-core'
import type { TypedObject } from '@fairlead/kube-core'
import { IndexedHeap } from '../indexed-heap.ts'

/** An object that our own write has put ahead of the watch. */
interface Ahead<T extends TypedObject> {
  readonly key: string
  /** What handlers saw last; undefined if that is nothing. */
  told: T | undefined
  /** The version that we wrote; undefined if we deleted it. */
  readonly version: string | undefined
  /** Of the object that we deleted. */
  readonly deletedUid: string | undefined
  place: number
}

/** What our own writes have put ahead of the watch, by key and by version. */
export class AheadOfWatch<T extends TypedObject> {
  readonly #byKey = new Map<string, Ahead<T>>()
  readonly #byVersion = new IndexedHeap<'place', Ahead<T>>('place', (a, b) =>
    isNewer(b.version, a.version),
  )

  get(key: string): Ahead<T> | undefined {
    return this.#byKey.get(key)
  }

  keys(): Iterable<string> {
    return this.#byKey.keys()
  }

  written(key: string, told: T | undefined, version: string): void {
    this.delete(key)
    const entry = { key, told, version, deletedUid: undefined, place: -1 }
    this.#byKey.set(key, entry)
    this.#byVersion.push(entry)
  }

  deleted(key: string, told: T | undefined, uid: string): void {
    this.delete(key)
    this.#byKey.set(key, { key, told, version: undefined, deletedUid: uid, place: -1 })
  }

  delete(key: string): void {
    const entry = this.#byKey.get(key)
    if (entry === undefined) return
    this.#byKey.delete(key)
    this.#byVersion.remove(entry)
  }

  /** Removes and returns the writes that the watch has passed. */
  *passed(reached: string): Iterable<Ahead<T>> {
    for (let next = this.#byVersion.peek(); next !== undefined; next = this.#byVersion.peek()) {
      if (isNewer(next.version, reached)) return
      this.delete(next.key)
      yield next
    }
  }

  /** Removes and returns the deletions. */
  *deletions(): Iterable<Ahead<T>> {
    for (const entry of this.#byKey.values()) {
      if (entry.deletedUid === undefined) continue
      this.delete(entry.key)
      yield entry
    }
  }
}

/** Versions without an order, which no API server sends, are never newer. */
export function isNewer(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined) return false
  try {
    return compareResourceVersion(version, than) > 0
  } catch {
    return false
  }
}
