import type { CachedInformer } from '@fairlead/controller-runtime'
import {
  compareResourceVersion,
  type KubernetesList,
  qualifiedResource,
  type TypedObject,
} from '@fairlead/kube-core'

/**
 * How far an informer is behind a list of the server, by what it tells its handlers: whoever has
 * subscribed before this has been told as much. `dispose` unsubscribes.
 */
export class InformerLag implements Disposable {
  readonly #cached: CachedInformer
  readonly #onChange: () => void
  readonly #unsubscribe: () => void
  /** Versions by uid, until there is a list to compare with. */
  readonly #told = new Map<string, TypedObject>()
  readonly #deleted = new Set<string>()
  /** What the list has and the informer has not told of yet. */
  readonly #unseen = new Map<string, TypedObject>()
  /** What the informer has told of and the list shows to be gone. */
  readonly #lingering = new Map<string, TypedObject>()
  #listed: ReadonlyMap<string, TypedObject> | undefined
  #listVersion = ''

  /** `onChange` is called after each event. */
  constructor(cached: CachedInformer, onChange: () => void) {
    this.#cached = cached
    this.#onChange = onChange
    this.#unsubscribe = cached.informer.onEvent({
      added: (object) => this.#take(object),
      updated: (_before, object) => this.#take(object),
      deleted: (object) => this.#takeDeletion(object),
    })
  }

  /** Begins to compare with a list that was asked for after this was made. */
  compare(list: KubernetesList<TypedObject>): void {
    this.#listed = new Map(list.items.map((object) => [uidOf(object), object]))
    this.#listVersion = list.metadata.resourceVersion ?? ''
    for (const [uid, object] of this.#listed) {
      if (!this.#deleted.has(uid)) this.#unseen.set(uid, object)
    }
    for (const object of this.#told.values()) this.#take(object)
    this.#told.clear()
  }

  /** Whether the informer has told of everything that the list has, and of nothing that is gone. */
  get isCurrent(): boolean {
    return this.#listed !== undefined && this.#unseen.size + this.#lingering.size === 0
  }

  /** What it lacks, in words. */
  describe(): string {
    const { type, informer } = this.#cached
    const behind = [...this.#unseen.values()].map((object) => `of ${nameOf(object)}`)
    const gone = [...this.#lingering.values()].map((object) => `that ${nameOf(object)} is gone`)
    const [first = 'at all: its list is not answered', ...more] = [...behind, ...gone]
    const others = more.length === 0 ? '' : ` and ${more.length} more`
    const why = informer.lastError === undefined ? '' : ` (${informer.lastError.message})`
    return `the informer of ${qualifiedResource(type)} has not heard ${first}${others}${why}`
  }

  [Symbol.dispose](): void {
    this.#unsubscribe()
  }

  #take(object: TypedObject): void {
    const uid = uidOf(object)
    if (this.#listed === undefined) {
      this.#told.set(uid, object)
      return
    }
    const listed = this.#listed.get(uid)
    if (listed === undefined) {
      if (!isOlder(this.#listVersion, versionOf(object))) this.#lingering.set(uid, object)
    } else if (!isOlder(versionOf(object), versionOf(listed))) {
      this.#unseen.delete(uid)
    }
    this.#onChange()
  }

  #takeDeletion(object: TypedObject): void {
    const uid = uidOf(object)
    if (this.#listed === undefined) {
      this.#told.delete(uid)
      this.#deleted.add(uid)
      return
    }
    this.#unseen.delete(uid)
    this.#lingering.delete(uid)
    this.#onChange()
  }
}

function uidOf({ metadata }: TypedObject): string {
  return metadata.uid ?? ''
}

function versionOf({ metadata }: TypedObject): string {
  return metadata.resourceVersion ?? ''
}

function nameOf({ metadata: { namespace, name = '' } }: TypedObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** Versions without an order, which no API server sends, are never older. */
function isOlder(version: string, than: string): boolean {
  try {
    return compareResourceVersion(version, than) < 0
  } catch {
    return false
  }
}
