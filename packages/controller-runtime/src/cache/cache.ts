import { deepEqual } from '@fairlead/kube-core'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import { aborted, type Clock, type Logger, openScope, type Random } from '@fairlead/base'
import type { Reader } from '../client/client.ts'
import type { Informer, InformerScope } from '../informer/informer.ts'
import { stripManagedFields } from '../informer/managed-fields.ts'
import { NamespacedInformers } from '../informer/namespaced-informers.ts'
import { SharedInformer } from '../informer/shared-informer.ts'
import type { IndexFunction } from '../informer/store.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import { metadataOf, metadataOnly, wholeObjects } from '../metadata-only.ts'
import type { KeyOf, NamespaceOf, ObjectKey } from '../object-key.ts'
import { CacheNotStartedError, KindNotCachedError } from './cache-errors.ts'
import { allNamespaces, informerScopes } from './cache-settings.ts'
import type {
  CacheSettings,
  NamespaceSettings,
  ScopeSettings,
  SelectorSettings,
  SettingsOfKind,
} from './cache-settings.ts'
import { type CacheListOptions, selectObjects } from './select-objects.ts'

/** An informer that a cache runs: of which kind, and of which parts of it. */
export interface CachedInformer {
  readonly type: ResourceType
  readonly scopes: readonly InformerScope[]
  readonly informer: Informer
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
  /**
   * Declares the kind for as long as the cache runs and returns its informer. The scope takes the
   * place of what the cache's settings say of the kind.
   */
  informerFor<T extends TypedObject>(
    type: ResourceType<T>,
    scope?: CacheScope,
  ): Informer<DeepReadonly<T>>
  /** Holds the kind's informer until `release`; the last release stops it and drops its copy. */
  acquire<T extends TypedObject>(type: ResourceType<T>): InformerLease<DeepReadonly<T>>
  /**
   * Undefined if there is no such object. Throws KindNotCachedError, NamespaceNotCachedError, and
   * CacheNotStartedError.
   */
  get<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
  ): DeepReadonly<T> | undefined
  /** All that match. Throws as `get`, and for a field selector without the index that it needs. */
  list<T extends TypedObject>(
    type: ResourceType<T>,
    options?: CacheListOptions & NamespaceOf<NoInfer<T>>,
  ): readonly DeepReadonly<T>[]
  /** Indexes objects by the values that a function gives; declares the kind, as `informerFor` does. */
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

/** Restricts the copy of a kind to a part of it. Everything by default. */
export interface CacheScope extends SelectorSettings {
  /** Only this namespace. */
  readonly namespace?: string
  /** Instead of `namespace`: several. */
  readonly namespaces?: NamespaceSettings
}

interface Entry {
  readonly type: ResourceType
  readonly informer: Informer
  readonly scopes: ReadonlyMap<string, InformerScope>
  leases: number
  pinned: boolean
  stop: () => void
}

export interface CacheOptions extends CacheSettings {
  readonly client: Reader
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics?: Metrics
  /** The cluster's name, which comes before the names of resources in metrics. None by default. */
  readonly cluster?: string
}

const syncPeriodDefaultMs = 10 * 3600 * 1000

/** The cache of a manager: runs the informers of the declared kinds, one for each namespace. */
export class InformerCache implements Cache {
  readonly #options: CacheOptions
  readonly #entries = new Map<string, Entry>()
  readonly #names = new WeakMap<ResourceType, string>()
  readonly #running = new Set<Promise<void>>()
  readonly #failure = Promise.withResolvers<never>()
  #signal: AbortSignal | undefined

  readonly #settings = new Map<string, SettingsOfKind>()

  constructor(options: CacheOptions) {
    this.#options = options
    // A cache that nobody starts fails nowhere.
    this.#failure.promise.catch(() => {})
    for (const settings of options.byObject ?? []) {
      const resource = qualifiedVersion(settings.type)
      if (this.#settings.has(resource))
        throw new Error(`${resource} has settings twice in byObject`)
      this.#settings.set(resource, settings)
      informerScopes(settings.type, settings, options)
    }
  }

  /**
   * Runs the informers, also those declared later, until the signal aborts and all have ended. Rejects
   * when one of them fails.
   */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal
    for (const entry of this.#entries.values()) this.#run(entry, signal)
    await Promise.race([aborted(signal), this.#failure.promise])
    await Promise.all(this.#running)
  }

  informerFor<T extends TypedObject>(
    type: ResourceType<T>,
    scope?: CacheScope,
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
    return this.#readable(type).get(key)
  }

  list<T extends TypedObject>(
    type: ResourceType<T>,
    options: CacheListOptions = {},
  ): readonly DeepReadonly<T>[] {
    return selectObjects(this.#readable(type), options)
  }

  addIndex<T extends TypedObject>(
    type: ResourceType<T>,
    name: string,
    valuesOf: IndexFunction<DeepReadonly<NoInfer<T>>>,
  ): void {
    this.informerFor(type).addIndex(name, valuesOf)
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

  /** All that it runs at the moment. */
  informers(): readonly CachedInformer[] {
    return [...this.#entries.values()].map(({ type, informer, scopes }) => {
      return { type, informer, scopes: [...scopes.values()] }
    })
  }

  #described(matches: (informer: Informer) => boolean): readonly string[] {
    return [...this.#entries]
      .filter(([, { informer }]) => matches(informer))
      .map(([resource, { informer }]) =>
        informer.lastError === undefined ? resource : `${resource} (${informer.lastError.message})`,
      )
  }

  #informer<T extends TypedObject>(type: ResourceType<T>): Informer<DeepReadonly<T>> {
    const entry = this.#entries.get(this.#nameOf(type))
    if (entry === undefined) throw new KindNotCachedError(type)
    return informerOf<T>(entry)
  }

  /** Every read needs it, so it is put together once. */
  #nameOf(type: ResourceType): string {
    const known = this.#names.get(type)
    if (known !== undefined) return known
    const name = qualifiedVersion(type)
    this.#names.set(type, name)
    return name
  }

  #readable<T extends TypedObject>(type: ResourceType<T>): Informer<DeepReadonly<T>> {
    const informer = this.#informer(type)
    if (this.#signal === undefined) throw new CacheNotStartedError()
    return informer
  }

  #declare(type: ResourceType, scope?: CacheScope): Entry {
    const resource = qualifiedVersion(type)
    const settings = this.#settings.get(resource)
    const scopes = informerScopes(type, kindScope(type, scope) ?? settings ?? {}, this.#options)
    const existing = this.#entries.get(resource)
    if (existing !== undefined) {
      if (scope !== undefined && !sameScopes(scopes, existing.scopes)) {
        throw new Error(`${resource} is already cached with another scope`)
      }
      return existing
    }
    const informer = this.#informerOf(type, scopes, settings)
    const entry: Entry = { type, informer, scopes, leases: 0, pinned: false, stop: () => {} }
    this.#entries.set(resource, entry)
    if (this.#signal !== undefined && !this.#signal.aborted) this.#run(entry, this.#signal)
    return entry
  }

  #informerOf(
    type: ResourceType,
    scopes: ReadonlyMap<string, InformerScope>,
    settings: SettingsOfKind | undefined,
  ): Informer {
    const { client, clock, random, logger, metrics, cluster } = this.#options
    const { idleTimeoutMs, onWatchError, watchList } = this.#options
    const kindTransform = settings?.transform as ((object: TypedObject) => TypedObject) | undefined
    const options = {
      type,
      client,
      clock,
      random,
      logger,
      transform: kindTransform ?? this.#options.transform ?? stripManagedFields,
      resyncMs: settings?.syncPeriodMs ?? this.#options.syncPeriodMs ?? syncPeriodDefaultMs,
      ...(metrics === undefined ? {} : { metrics }),
      ...(cluster === undefined ? {} : { cluster }),
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      ...(watchList === undefined ? {} : { watchList }),
      ...(onWatchError === undefined
        ? {}
        : { onWatchError: (error: Error) => onWatchError(error, type) }),
    }
    const informers = new Map(
      [...scopes].map(([namespace, scope]) => [
        namespace,
        new SharedInformer({ ...options, scope }),
      ]),
    )
    const others = informers.get(allNamespaces)
    informers.delete(allNamespaces)
    if (others !== undefined && informers.size === 0) return others
    return new NamespacedInformers(type.plural, informers, others)
  }

  #run(entry: Entry, signal: AbortSignal): void {
    const scope = openScope({ parents: [signal] })
    entry.stop = () => scope.abort(new Error('the informer is no longer used'))
    const running = entry.informer
      .start(scope.signal)
      .catch((error: unknown) => this.#failure.reject(error))
      .finally(() => {
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

/** What `informerFor` was told, as settings of the kind. */
function kindScope(type: ResourceType, scope: CacheScope | undefined): ScopeSettings | undefined {
  if (scope === undefined) return undefined
  const { namespace, namespaces, ...selectors } = scope
  if (namespace === undefined) return { ...selectors, ...(namespaces && { namespaces }) }
  if (namespaces !== undefined) {
    throw new Error(`${type.plural} cannot have both a namespace and namespaces in the cache`)
  }
  return { ...selectors, namespaces: [namespace] }
}

function sameScopes(
  a: ReadonlyMap<string, InformerScope>,
  b: ReadonlyMap<string, InformerScope>,
): boolean {
  return deepEqual(Object.fromEntries(a), Object.fromEntries(b))
}
