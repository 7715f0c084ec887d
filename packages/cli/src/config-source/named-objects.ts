import { type Clock, type Logger, openScope } from '@fairlead/base'
import { type Client, SharedInformer } from '@fairlead/controller-runtime'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { Snapshot } from '@fairlead/snapshot'
import { Listeners } from '../listeners.ts'

interface NamedObjectsOptions<T extends TypedObject> {
  readonly type: ResourceType<T>
  /** What a snapshot names, by namespace. */
  readonly namesOf: (snapshot: Snapshot | undefined) => ReadonlyMap<string, readonly string[]>
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
}

interface Watched<T extends TypedObject> {
  readonly informer: SharedInformer<T>
  readonly stop: AbortController
}

/** How long a snapshot waits for what it names; what is missing then is told as a problem. */
const waitMs = 5_000
/** Short at its longest: what is not permitted yet mostly is a moment later. */
const backoff = { baseMs: 100, maxMs: 10_000 }

/**
 * The objects of a kind that a snapshot names, each read and watched by its name: all that a Role with
 * `resourceNames` allows. Costs a watch for each.
 */
export class NamedObjects<T extends TypedObject> {
  readonly #options: NamedObjectsOptions<T>
  readonly #listeners: Listeners
  readonly #watched = new Map<string, Watched<T>>()

  constructor(options: NamedObjectsOptions<T>) {
    this.#options = options
    const onError = (error: unknown) => options.logger.error({ error }, 'a listener failed')
    this.#listeners = new Listeners(onError)
  }

  /** Undefined where there is none, or it has not been read. */
  get(key: Name): T | undefined {
    return this.#watched.get(textOf(key))?.informer.get(key)
  }

  /** Why nothing is known of an object; undefined where it has been read, or is known not to be there. */
  unread(key: Name): string | undefined {
    const informer = this.#watched.get(textOf(key))?.informer
    if (informer?.synced === true) return undefined
    return informer?.lastError?.message ?? 'it has not been read yet'
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /**
   * Watches, until the signal aborts, what the snapshot names besides what is watched. Resolves when
   * all of it has been read, or after 5 s: a Role may be written later than the resource that needs it,
   * and what one resource lacks must not hold up the others.
   */
  async follow(snapshot: Snapshot | undefined, signal: AbortSignal): Promise<void> {
    const watched = this.#named(snapshot).map((key) => this.#watch(key, signal))
    const { clock, type } = this.#options
    const what = `reading each ${type.kind}`
    using limit = openScope({ parents: [signal], clock, timeoutMs: waitMs, what })
    await Promise.allSettled(watched.map(({ informer }) => informer.waitForSync(limit.signal)))
  }

  /** Ends the watches of what this snapshot does not name. */
  keepOnly(snapshot: Snapshot | undefined): void {
    const kept = new Set(this.#named(snapshot).map(textOf))
    for (const [key, { stop }] of this.#watched) {
      if (kept.has(key)) continue
      stop.abort()
      this.#watched.delete(key)
    }
  }

  #named(snapshot: Snapshot | undefined): readonly Name[] {
    return [...this.#options.namesOf(snapshot)].flatMap(([namespace, names]) =>
      names.map((name) => ({ namespace, name })),
    )
  }

  #watch(key: Name, signal: AbortSignal): Watched<T> {
    const known = this.#watched.get(textOf(key))
    if (known !== undefined) return known
    const { client, clock, logger, type } = this.#options
    const { namespace, name } = key
    const scope = { namespace, fieldSelector: `metadata.name=${name}` }
    const informer = new SharedInformer({ client, type, scope, clock, logger, backoff })
    const changed = () => this.#listeners.notify()
    informer.onEvent({ added: changed, updated: changed, deleted: changed })
    const watched = { informer, stop: new AbortController() }
    this.#watched.set(textOf(key), watched)
    void this.#run(watched, textOf(key), signal)
    return watched
  }

  async #run({ informer, stop }: Watched<T>, object: string, signal: AbortSignal): Promise<void> {
    const { logger, type } = this.#options
    using life = openScope({ parents: [signal, stop.signal] })
    // That there is none is news as well.
    void informer.waitForSync(life.signal).then(
      () => this.#listeners.notify(),
      () => {},
    )
    try {
      await informer.start(life.signal)
    } catch (error) {
      logger.error({ object, error }, `the watch of a ${type.kind} has failed`)
    }
  }
}

interface Name {
  readonly namespace: string
  readonly name: string
}

function textOf({ namespace, name }: Name): string {
  return `${namespace}/${name}`
}
