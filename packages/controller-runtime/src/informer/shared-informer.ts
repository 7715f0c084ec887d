import { copyJson, deepFreeze } from '@fairlead/kube-core'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import {
  type Clock,
  consoleLogger,
  type Logger,
  openScope,
  type Random,
  systemClock,
  systemRandom,
  type Timer,
  untilAborted,
  withFields,
} from '@fairlead/base'
import type { Reader } from '../client/client.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { keyOf, keyText } from '../object-key.ts'
import type { ObjectKey } from '../object-key.ts'
import { AheadOfWatch, isNewer } from './ahead.ts'
import type { BackoffOptions } from './backoff.ts'
import { Contact } from './contact.ts'
import { informerMetrics, informerName } from './informer-metrics.ts'
import type { Informer, InformerHandler, InformerScope } from './informer.ts'
import { lastManager } from './managed-fields.ts'
import { Reflector } from './reflector.ts'
import { Subscription } from './subscription.ts'
import { Store } from './store.ts'
import type { IndexFunction } from './store.ts'

export interface InformerOptions<T extends TypedObject> {
  readonly client: Reader
  readonly type: ResourceType<T>
  readonly scope?: InformerScope
  readonly clock?: Clock
  /** Between 0 and 1; defaults to the machine's randomness. */
  readonly random?: Random
  /** Defaults to `consoleLogger()`. */
  readonly logger?: Logger
  readonly backoff?: BackoffOptions
  /** Reports every object as updated again about this often, ±10 %. Off by default. */
  readonly resyncMs?: number
  /**
   * Aborts a watch that received no byte for this long, and resumes it on a new connection. Servers
   * send a bookmark about once a minute. Defaults to 2 min; `Infinity` turns it off.
   */
  readonly idleTimeoutMs?: number
  /** What is kept of each object: a changed copy, or the object. By default everything. */
  readonly transform?: (object: T) => T
  /** Where lists, watches and their failures are counted. */
  readonly metrics?: Metrics
  /** The cluster's name, which comes before the resource's in metrics. None by default. */
  readonly cluster?: string
  /** Is told of each failure of a list or watch, which is logged and tried again in any case. */
  readonly onWatchError?: (error: Error) => void
  /**
   * Reads lists as the beginning of a watch (WatchList) from servers that can, and in pages from
   * others. Defaults to true; false always reads pages.
   */
  readonly watchList?: boolean
}

/** An object of a list before the list is complete. */
interface ListedObject<T> {
  readonly object: T
  readonly manager: string | undefined
}

const idleTimeoutDefaultMs = 120_000

/** An informer shared by any number of consumers. */
export class SharedInformer<T extends TypedObject> implements Informer<T> {
  readonly #options: InformerOptions<T>
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #contact: Contact
  readonly #store = new Store<T>()
  readonly #subscriptions = new Set<Subscription<T>>()
  readonly #failure = new AbortController()
  readonly #ahead = new AheadOfWatch<T>()
  readonly #firstList = Promise.withResolvers<void>()
  #synced = false
  #started = false
  #reached: string | undefined

  constructor(options: InformerOptions<T>) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? systemRandom
    this.#contact = new Contact(this.#clock)
    this.#logger = withFields(options.logger ?? consoleLogger(), { kind: options.type.kind })
  }

  get synced(): boolean {
    return this.#synced
  }

  get lastError(): Error | undefined {
    return this.#contact.lastError
  }

  get failingForMs(): number | undefined {
    return this.#contact.failingForMs
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.#started) throw new Error(`the informer of ${this.#options.type.kind} runs already`)
    this.#started = true
    using metrics = this.#meter()
    const { client } = this.#options
    const reflector = new Reflector<T, ListedObject<T>>({
      client,
      type: this.#options.type,
      scope: this.#options.scope ?? {},
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
      backoff: this.#options.backoff,
      idleTimeoutMs: this.#options.idleTimeoutMs ?? idleTimeoutDefaultMs,
      contact: this.#contact,
      metrics,
      onWatchError: this.#options.onWatchError,
      watchList: client.streamsLists === true && this.#options.watchList !== false,
      sink: {
        // Frozen as it comes: all at once, in the end, would hold up the process.
        keep: (object) => ({
          object: deepFreeze(this.#transform(object)),
          manager: lastManager(object),
        }),
        replace: (objects) => this.#replace(objects),
        change: (type, object) => this.#change(type, object),
        reached: (resourceVersion) => this.#reach(resourceVersion),
      },
    })
    const stopResync = this.#scheduleResync()
    using life = openScope({ parents: [signal, this.#failure.signal] })
    try {
      await reflector.run(life.signal)
    } finally {
      stopResync()
      for (const subscription of this.#subscriptions) subscription.stop()
    }
    if (!signal.aborted) this.#failure.signal.throwIfAborted()
  }

  waitForSync(signal: AbortSignal): Promise<void> {
    return untilAborted(this.#firstList.promise, signal)
  }

  get(key: ObjectKey): T | undefined {
    return this.#store.get(keyText(key))
  }

  list(namespace?: string): readonly T[] {
    return this.#store.list(namespace)
  }

  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    this.#store.addIndex(name, valuesOf)
  }

  byIndex(name: string, value: string, namespace?: string): readonly T[] {
    const objects = this.#store.byIndex(name, value)
    if (namespace === undefined) return objects
    return objects.filter(({ metadata }) => metadata.namespace === namespace)
  }

  remember(object: T): void {
    const { resourceVersion } = object.metadata
    if (!this.#synced || this.#reached === undefined || resourceVersion === undefined) return
    // The watch has passed this version and reported it, even if the object is gone again by now.
    if (!isNewer(resourceVersion, this.#reached)) return
    const key = keyText(keyOf(object))
    const known = this.#store.get(key)
    if (known !== undefined && !isNewer(resourceVersion, known.metadata.resourceVersion)) return
    if (this.#ahead.get(key)?.deletedUid === (object.metadata.uid ?? '')) return
    this.#ahead.written(key, this.#told(key), resourceVersion)
    this.#store.set(deepFreeze(this.#transform(copyJson(object))))
  }

  rememberDeletion(key: ObjectKey, uid: string): void {
    const text = keyText(key)
    if (this.#store.get(text)?.metadata.uid !== uid) return
    this.#ahead.deleted(text, this.#told(text), uid)
    this.#store.delete(text)
  }

  onEvent(handler: InformerHandler<T>): () => void {
    const subscription = new Subscription(handler, {
      clock: this.#clock,
      logger: this.#logger,
      fail: (error) => this.#failure.abort(error),
    })
    this.#subscriptions.add(subscription)
    for (const object of this.#toldObjects()) {
      subscription.deliver((one) => one.added?.(object, { initial: true }))
    }
    return () => {
      subscription.stop()
      this.#subscriptions.delete(subscription)
    }
  }

  #replace(objects: Iterable<ListedObject<T>>): void {
    // A complete list knows better than we do what has been deleted.
    for (const { told } of this.#ahead.deletions()) if (told !== undefined) this.#store.set(told)
    const gone = new Set(this.#store.keys())
    for (const { object, manager } of objects) {
      gone.delete(keyText(keyOf(object)))
      this.#put(object, manager)
    }
    for (const key of gone) {
      const object = this.#told(key)
      if (object !== undefined) this.#remove(object, true)
    }
    if (this.#synced) return
    this.#synced = true
    this.#firstList.resolve()
  }

  #change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    const manager = lastManager(object)
    const kept = this.#transform(object)
    if (type === 'DELETED') this.#remove(kept, false)
    else this.#put(kept, manager)
  }

  #put(object: T, manager: string | undefined): void {
    const key = keyText(keyOf(object))
    const old = this.#told(key)
    if (old === undefined) {
      this.#take(key, object)
      this.#tell((one) => one.added?.(object, { initial: !this.#synced }))
      return
    }
    if (old.metadata.uid !== object.metadata.uid) {
      // Deleted and recreated under the same name without our seeing the deletion.
      this.#remove(old, true)
      this.#put(object, manager)
      return
    }
    if (old.metadata.resourceVersion === object.metadata.resourceVersion) return
    this.#take(key, object)
    this.#tell((one) => one.updated?.(old, object, { manager }))
  }

  #remove(object: T, stateUnknown: boolean): void {
    const key = keyText(keyOf(object))
    if (this.#told(key) === undefined) return
    const ahead = this.#ahead.get(key)
    if (ahead?.version !== undefined && this.#isAhead(key, object)) {
      ahead.told = undefined
    } else {
      this.#ahead.delete(key)
      this.#store.delete(key)
    }
    deepFreeze(object)
    this.#tell((one) => one.deleted?.(object, { stateUnknown }))
  }

  /** Stores what the watch delivered, unless our own write is newer. */
  #take(key: string, object: T): void {
    deepFreeze(object)
    const ahead = this.#ahead.get(key)
    if (ahead !== undefined && this.#isAhead(key, object)) {
      ahead.told = object
    } else {
      if (ahead !== undefined) this.#ahead.delete(key)
      this.#store.set(object, key)
    }
  }

  /** The watch has passed this version, so it has reported all older writes. */
  #reach(resourceVersion: string): void {
    this.#reached = resourceVersion
    for (const { key, told } of this.#ahead.passed(resourceVersion)) {
      // Out of this informer's scope, or gone: what handlers saw last is the current state.
      if (told === undefined) this.#store.delete(key)
      else this.#store.set(told)
    }
  }

  #isAhead(key: string, object: T): boolean {
    const ahead = this.#ahead.get(key)
    if (ahead === undefined) return false
    if (ahead.deletedUid !== undefined) return ahead.deletedUid === object.metadata.uid
    return isNewer(ahead.version, object.metadata.resourceVersion)
  }

  #transform(object: T): T {
    return this.#options.transform?.(object) ?? object
  }

  #told(key: string): T | undefined {
    const ahead = this.#ahead.get(key)
    return ahead === undefined ? this.#store.get(key) : ahead.told
  }

  #toldObjects(): readonly T[] {
    const keys = new Set([...this.#store.keys(), ...this.#ahead.keys()])
    return [...keys].map((key) => this.#told(key)).filter((object) => object !== undefined)
  }

  #tell(tell: (handler: InformerHandler<T>) => void): void {
    for (const subscription of this.#subscriptions) subscription.deliver(tell)
  }

  #meter(): ReturnType<typeof informerMetrics> | undefined {
    const { metrics, type, scope = {}, cluster } = this.#options
    if (metrics === undefined) return undefined
    const state = { contact: this.#contact, synced: () => this.#synced }
    return informerMetrics(metrics, informerName(type, scope, cluster), state)
  }

  #scheduleResync(): () => void {
    const { resyncMs } = this.#options
    if (resyncMs === undefined || resyncMs === Infinity) return () => {}
    let timer: Timer
    const arm = () => {
      timer = this.#clock.setTimer(resyncMs * (0.9 + 0.2 * this.#random()), () => {
        for (const object of this.#toldObjects()) {
          this.#tell((one) => one.updated?.(object, object))
        }
        arm()
      })
    }
    arm()
    return () => timer.cancel()
  }
}
