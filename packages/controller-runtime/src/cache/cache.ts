import { parseLabelSelector, qualifiedResource } from '@fairlead/kube-core'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import { aborted, type Clock, type Logger, openScope, type Random } from '@fairlead/base'
import type { Reader } from '../client/client.ts'
import type { Informer, InformerScope } from '../informer/informer.ts'
import { stripManagedFields } from '../informer/managed-fields.ts'
import { SharedInformer } from '../informer/shared-informer.ts'
import type { IndexFunction } from '../informer/store.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import { metadataOf, metadataOnly, wholeObjects } from '../metadata-only.ts'
import type { KeyOf, NamespaceOf, ObjectKey } from '../object-key.ts'

/** Thrown when a kind that nobody declared is read from the cache. */
export class KindNotCachedError extends Error {
  override readonly name = 'KindNotCachedError'
  constructor(type: ResourceType) {
    super(
      `${qualifiedResource(type)} is not in the cache: watch it with a controller, ` +
        'declare it with cache.informerFor, or read it with the client',
    )
  }
}

export interface CacheListOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  /** Only objects with this value in an index that was added before. */
  readonly index?: { readonly name: string; readonly value: string }
}

/** A reference-counted use of an informer, which runs while at least one is held. */
export interface InformerLease<T extends TypedObject> {
  readonly informer: Informer<T>
  release(): void
}

/**
 * Local copies of the declared kinds, and of no others: reading a kind never implicitly starts a
 * watch. Objects are frozen; copy before changing one.
 */
export interface Cache {
  /** Declares the kind for as long as the cache runs and returns its informer. */
  informerFor<T extends TypedObject>(
    type: ResourceType<T>,
    scope?: InformerScope,
  ): Informer<DeepReadonly<T>>
  /** Holds the kind's informer until `release`; the last release stops it and drops its copy. */
  acquire<T extends TypedObject>(type: ResourceType<T>): InformerLease<DeepReadonly<T>>
  /** Undefined if there is no such object. Throws KindNotCachedError. */
  get<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
  ): DeepReadonly<T> | undefined
  /** Throws KindNotCachedError. */
  list<T extends TypedObject>(
    type: ResourceType<T>,
    options?: CacheListOptions & NamespaceOf<NoInfer<T>>,
  ): readonly DeepReadonly<T>[]
  /** Indexes objects by the values that a function gives. The kind must be declared. */
  addIndex<T extends TypedObject>(
    type: ResourceType<T>,
    name: string,
    valuesOf: IndexFunction<DeepReadonly<NoInfer<T>>>,
  ): void
  /** Makes our own write readable before the watch delivers it; ignored for an undeclared kind. */
  remember<T extends TypedObject>(type: ResourceType<T>, written: DeepReadonly<NoInfer<T>>): void
  /** Hides what our own write has deleted before the watch delivers that. */
  rememberDeletion(type: ResourceType, key: ObjectKey, uid: string): void
  /** Resolves when every informer declared so far has synced. */
  waitForSync(signal: AbortSignal): Promise<void>
  /** The kinds that have not synced yet, each with its last error if there is one. */
  unsynced(): readonly string[]
}

interface Entry {
  readonly informer: SharedInformer<TypedObject>
  readonly scope: InformerScope
  leases: number
  pinned: boolean
  stop: () => void
}

export interface CacheOptions {
  readonly client: Reader
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /**
   * What is kept of each object: a changed copy, or the object. Defaults to `stripManagedFields`; an
   * update of an object without them changes nothing about who owns its fields.
   */
  readonly transform?: <T extends TypedObject>(object: T) => T
  readonly metrics?: Metrics
  /** See `InformerOptions`. */
  readonly idleTimeoutMs?: number
}

/** The cache of a manager: runs one shared informer per declared kind. */
export class InformerCache implements Cache {
  readonly #options: CacheOptions
  readonly #entries = new Map<string, Entry>()
  readonly #running = new Set<Promise<void>>()
  #signal: AbortSignal | undefined

  constructor(options: CacheOptions) {
    this.#options = options
  }

  /** Runs the informers, also those declared later, until the signal aborts and all have ended. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal
    for (const entry of this.#entries.values()) this.#run(entry, signal)
    await aborted(signal)
    await Promise.all(this.#running)
  }

  informerFor<T extends TypedObject>(
    type: ResourceType<T>,
    scope?: InformerScope,
  ): Informer<DeepReadonly<T>> {
    const entry = this.#declare(type, scope)
    entry.pinned = true
    return informerOf<T>(entry)
  }

  acquire<T extends TypedObject>(type: ResourceType<T>): InformerLease<DeepReadonly<T>> {
    const entry = this.#declare(type)
    entry.leases += 1
    let held = true
    return {
      informer: informerOf<T>(entry),
      release: () => {
        if (!held) return
        held = false
        entry.leases -= 1
        if (entry.leases > 0 || entry.pinned) return
        this.#entries.delete(qualifiedVersion(type))
        entry.stop()
      },
    }
  }

  get<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
  ): DeepReadonly<T> | undefined {
    return this.#informer(type).get(key)
  }

  list<T extends TypedObject>(
    type: ResourceType<T>,
    options: CacheListOptions = {},
  ): readonly DeepReadonly<T>[] {
    const informer = this.#informer(type)
    const { namespace, index, labelSelector } = options
    let objects =
      index === undefined ? informer.list(namespace) : informer.byIndex(index.name, index.value)
    if (index !== undefined && namespace !== undefined) {
      objects = objects.filter(({ metadata }) => metadata.namespace === namespace)
    }
    if (labelSelector === undefined) return objects
    const selector = parseLabelSelector(labelSelector)
    return objects.filter(({ metadata }) => selector.matches(metadata.labels))
  }

  addIndex<T extends TypedObject>(
    type: ResourceType<T>,
    name: string,
    valuesOf: IndexFunction<DeepReadonly<NoInfer<T>>>,
  ): void {
    this.#informer(type).addIndex(name, valuesOf)
  }

  remember<T extends TypedObject>(type: ResourceType<T>, written: DeepReadonly<NoInfer<T>>): void {
    const entry = this.#entries.get(qualifiedVersion(type))
    if (entry !== undefined) informerOf<T>(entry).remember(written)
    if (type.metadataOnly === true) return
    const metadata = this.#entries.get(qualifiedVersion(metadataOnly(type)))
    if (metadata !== undefined) informerOf(metadata).remember(metadataOf<TypedObject>(written))
  }

  rememberDeletion(type: ResourceType, key: ObjectKey, uid: string): void {
    for (const form of [wholeObjects(type), metadataOnly(type)]) {
      this.#entries.get(qualifiedVersion(form))?.informer.rememberDeletion(key, uid)
    }
  }

  async waitForSync(signal: AbortSignal): Promise<void> {
    await Promise.all(
      [...this.#entries.values()].map(({ informer }) => informer.waitForSync(signal)),
    )
  }

  unsynced(): readonly string[] {
    return this.#described(({ synced }) => !synced)
  }

  /** The kinds whose copies no watch has kept current for longer than that, each with the reason. */
  stale(afterMs: number): readonly string[] {
    return this.#described(({ failingForMs = 0 }) => failingForMs > afterMs)
  }

  #described(matches: (informer: Informer) => boolean): readonly string[] {
    return [...this.#entries]
      .filter(([, { informer }]) => matches(informer))
      .map(([resource, { informer }]) =>
        informer.lastError === undefined ? resource : `${resource} (${informer.lastError.message})`,
      )
  }

  #informer<T extends TypedObject>(type: ResourceType<T>): Informer<DeepReadonly<T>> {
    const entry = this.#entries.get(qualifiedVersion(type))
    if (entry === undefined) throw new KindNotCachedError(type)
    return informerOf<T>(entry)
  }

  #declare(type: ResourceType, scope?: InformerScope): Entry {
    const resource = qualifiedVersion(type)
    const existing = this.#entries.get(resource)
    if (existing !== undefined) {
      if (scope !== undefined && !sameScope(scope, existing.scope)) {
        throw new Error(`${resource} is already cached with another scope`)
      }
      return existing
    }
    const informer = new SharedInformer<TypedObject>({
      transform: stripManagedFields,
      ...this.#options,
      type,
      scope: scope ?? {},
    })
    const entry: Entry = { informer, scope: scope ?? {}, leases: 0, pinned: false, stop: () => {} }
    this.#entries.set(resource, entry)
    if (this.#signal !== undefined && !this.#signal.aborted) this.#run(entry, this.#signal)
    return entry
  }

  #run(entry: Entry, signal: AbortSignal): void {
    const scope = openScope({ parents: [signal] })
    entry.stop = () => scope.abort(new Error('the informer is no longer used'))
    const running = entry.informer.start(scope.signal).finally(() => {
      scope[Symbol.dispose]()
      this.#running.delete(running)
    })
    this.#running.add(running)
  }
}

/** `deployments.v1.apps`: versions of a kind are cached separately, and so is mere metadata. */
function qualifiedVersion(type: ResourceType): string {
  const name = [type.plural, type.version, type.group].filter((part) => part !== '').join('.')
  return type.metadataOnly === true ? `${name} (metadata only)` : name
}

/** The entry under a resource type's name holds objects of that type: the only cast. */
function informerOf<T extends TypedObject>(entry: Entry): Informer<DeepReadonly<T>> {
  return entry.informer as unknown as Informer<DeepReadonly<T>>
}

function sameScope(a: InformerScope, b: InformerScope): boolean {
  return (
    a.namespace === b.namespace &&
    a.labelSelector === b.labelSelector &&
    a.fieldSelector === b.fieldSelector
  )
}
