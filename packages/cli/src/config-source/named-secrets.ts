import { type Clock, type Logger, openScope } from '@fairlead/base'
import { secretNamesOf } from '@fairlead/config'
import { type Client, SharedInformer } from '@fairlead/controller-runtime'
import type { SecretSource } from '@fairlead/gateway'
import { secretText } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import type { Snapshot } from '@fairlead/snapshot'
import { Listeners } from '../listeners.ts'

interface NamedSecretsOptions {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
}

interface WatchedSecret {
  readonly informer: SharedInformer<Secret>
  readonly stop: AbortController
}

/** How long a snapshot waits for its Secrets; one that is missing then is told as a problem. */
const waitMs = 5_000
/** Short at its longest: what is not permitted yet mostly is a moment later. */
const backoff = { baseMs: 100, maxMs: 10_000 }

/**
 * The Secrets that a snapshot names, each read and watched by its name: all that a Role with
 * `resourceNames` allows. Costs a watch for each.
 */
export class NamedSecrets implements SecretSource {
  readonly #options: NamedSecretsOptions
  readonly #listeners: Listeners
  readonly #watched = new Map<string, WatchedSecret>()

  constructor(options: NamedSecretsOptions) {
    this.#options = options
    const onError = (error: unknown) => options.logger.error({ error }, 'a listener failed')
    this.#listeners = new Listeners(onError)
  }

  get({ namespace, name, key }: Parameters<SecretSource['get']>[0]): string | undefined {
    const watched = this.#watched.get(textOf({ namespace, name }))
    return secretText(watched?.informer.get({ namespace, name }), key)
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /**
   * Watches, until the signal aborts, what the snapshot names besides what is watched. Resolves when
   * all of it has been read, or after 5 s: a Role may be written later than the resource that needs it,
   * and a Secret that one provider lacks must not hold up the others.
   */
  async follow(snapshot: Snapshot | undefined, signal: AbortSignal): Promise<void> {
    const watched = keysOf(snapshot).map((key) => this.#watch(key, signal))
    const { clock } = this.#options
    using limit = openScope({
      parents: [signal],
      clock,
      timeoutMs: waitMs,
      what: 'reading Secrets',
    })
    await Promise.allSettled(watched.map(({ informer }) => informer.waitForSync(limit.signal)))
  }

  /** Ends the watches of what this snapshot does not name. */
  keepOnly(snapshot: Snapshot | undefined): void {
    const kept = new Set(keysOf(snapshot).map(textOf))
    for (const [key, { stop }] of this.#watched) {
      if (kept.has(key)) continue
      stop.abort()
      this.#watched.delete(key)
    }
  }

  #watch(key: SecretKey, signal: AbortSignal): WatchedSecret {
    const known = this.#watched.get(textOf(key))
    if (known !== undefined) return known
    const { client, clock, logger } = this.#options
    const { namespace, name } = key
    const scope = { namespace, fieldSelector: `metadata.name=${name}` }
    const informer = new SharedInformer({ client, type: Secret, scope, clock, logger, backoff })
    const changed = () => this.#listeners.notify()
    informer.onEvent({ added: changed, updated: changed, deleted: changed })
    const watched = { informer, stop: new AbortController() }
    this.#watched.set(textOf(key), watched)
    void this.#run(watched, textOf(key), signal)
    return watched
  }

  async #run(
    { informer, stop }: WatchedSecret,
    secret: string,
    signal: AbortSignal,
  ): Promise<void> {
    using life = openScope({ parents: [signal, stop.signal] })
    try {
      await informer.start(life.signal)
    } catch (error) {
      this.#options.logger.error({ secret, error }, 'the watch of a Secret has failed')
    }
  }
}

interface SecretKey {
  readonly namespace: string
  readonly name: string
}

function keysOf(snapshot: Snapshot | undefined): readonly SecretKey[] {
  return [...secretNamesOf(snapshot)].flatMap(([namespace, names]) =>
    names.map((name) => ({ namespace, name })),
  )
}

function textOf({ namespace, name }: SecretKey): string {
  return `${namespace}/${name}`
}
