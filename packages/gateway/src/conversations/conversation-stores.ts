import type {
  ConversationStoreSettings,
  ReplicaProblem,
  SecretKeyRef,
  Snapshot,
} from '@fairlead/snapshot'
import type { Conversations } from '@fairlead/context'
import { ModelError } from '@fairlead/llm'
import type { Clock, Logger, Timer } from '@fairlead/base'
import type { SecretSource } from '../sources/sources.ts'
import { certificatesProblem, secretProblem } from '../upstream/tls-material.ts'

/** How often a store that cannot be opened is tried again, besides for every call. */
const retryIntervalMs = 5000

/**
 * Opens the conversations of a ConversationStore; undefined means in memory. `onAvailability` is told
 * when the open store fails, with a message for the operator, and with undefined when it works again.
 */
type OpenConversations = (
  store: ConversationStoreSettings | undefined,
  onAvailability: (problem: string | undefined) => void,
) => Conversations | Promise<Conversations>

interface ConversationStoresOptions {
  readonly open: OpenConversations
  /** For what is wrong with the Secrets of a store; who opens it reads them itself. */
  readonly secrets: Pick<SecretSource, 'get'>
  readonly clock: Pick<Clock, 'setTimer'>
  readonly logger: Logger
  /** Called when `problems` changes. */
  readonly changed: () => void
}

/** Until it serves again, so that whoever moves it sees that this replica changes nothing any more. */
const frozenMessage =
  'it is frozen (spec.frozen): what it has can be read, and is not changed while it is moved to another ConversationStore'

/** What is told of the store of a gateway that has no ConversationStore. */
const inMemoryName = 'in memory'

/** The ConversationStores in use. Each is opened once and stays open until the gateway stops. */
export class ConversationStores {
  readonly #options: ConversationStoresOptions
  readonly #stores = new Map<string, Promise<Conversations>>()
  readonly #problems = new Map<string, ReplicaProblem>()
  /** The key of the gateway's store. */
  #current: string | undefined
  /** Its name. */
  #name: string | undefined
  #settings: ConversationStoreSettings | undefined
  #retry: Timer | undefined
  /** What each that the gateway knows is told by now, by key. */
  #known: ReadonlyMap<string, ConversationStoreSettings> = new Map()
  /** Keys of those that were frozen when they were told last. */
  readonly #frozen = new Set<string>()
  #closed = false

  constructor(options: ConversationStoresOptions) {
    this.#options = options
  }

  /**
   * The gateway's ConversationStore. Throws a ModelError of kind `unavailable` if it cannot be
   * opened.
   */
  async of({ snapshot }: { readonly snapshot: Snapshot }): Promise<Conversations> {
    const name = snapshot.gateway.defaultConversationStore
    const settings = name === undefined ? undefined : snapshot.conversationStores.get(name)
    if (name !== undefined && settings === undefined) throw unavailable(name, undefined)
    return this.#opened(settings)
  }

  /**
   * Every ConversationStore that the gateway knows, and what it keeps in memory if it has none: their
   * names, and how each is opened, which throws as `of` does.
   */
  all({
    snapshot,
  }: {
    readonly snapshot: Snapshot
  }): ReadonlyMap<string, () => Promise<Conversations>> {
    const named = [...snapshot.conversationStores].map(
      ([name, settings]) => [name, () => this.#opened(settings)] as const,
    )
    const inMemory = snapshot.gateway.defaultConversationStore === undefined
    return new Map(inMemory ? [[inMemoryName, () => this.#opened(undefined)], ...named] : named)
  }

  async #opened(settings: ConversationStoreSettings | undefined): Promise<Conversations> {
    const key = conversationStoreKey(settings)
    const known = this.#stores.get(key)
    const opened = known ?? this.#openStore(settings)
    if (known === undefined) this.#stores.set(key, opened)
    try {
      return await opened
    } catch (error) {
      // The next call tries again.
      if (this.#stores.get(key) === opened) this.#stores.delete(key)
      throw unavailable(settings?.name ?? inMemoryName, error)
    }
  }

  /**
   * Opens the gateway's ConversationStore before the first call needs it, and tells all that are open
   * how long they keep conversations now, and whether they are frozen. What cannot be opened is a
   * problem, and is tried again.
   */
  prepare(runtime: { readonly snapshot: Snapshot }): void {
    const { gateway, conversationStores } = runtime.snapshot
    const settings = conversationStores.get(gateway.defaultConversationStore ?? '')
    this.#current = conversationStoreKey(settings)
    this.#name = gateway.defaultConversationStore
    this.#settings = settings
    this.#known = new Map(
      [...conversationStores.values()].map((one) => [conversationStoreKey(one), one]),
    )
    this.#retry?.cancel()
    this.#retry = undefined
    // As one that it used before, or that a subject was erased in.
    for (const [key, opened] of this.#stores) {
      const told = key === this.#current ? undefined : this.#known.get(key)
      if (told !== undefined) {
        opened.then((conversations) => this.#configure(conversations, told)).catch(() => {})
      }
    }
    this.of(runtime).then(
      (conversations) => this.#configure(conversations, settings),
      () => this.#retryLater(runtime),
    )
  }

  /** Of the gateway's store, and that others which it has open are frozen. */
  problems(): readonly ReplicaProblem[] {
    const others = [...this.#frozen].filter((key) => key !== this.#current && this.#known.has(key))
    const found = [this.#current ?? '', ...others].flatMap((key) => this.#problems.get(key) ?? [])
    return [...found, ...this.#secretProblems()]
  }

  /** The gateway's store as `namespace/name`, and whether it works; undefined without one. */
  availability(): readonly [store: string, works: boolean] | undefined {
    return this.#name === undefined
      ? undefined
      : [this.#name, !this.#problems.has(this.#current ?? '')]
  }

  /** Refuses the calls that wait for the turns of others, and those that would have to. */
  refuseWaiting(error: ModelError): void {
    for (const store of this.#stores.values()) {
      store.then((conversations) => conversations.refuseWaiting(error)).catch(() => {})
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#retry?.cancel()
    const stores = [...this.#stores.values()]
    this.#stores.clear()
    const opened = await Promise.allSettled(stores)
    const open = opened.flatMap((store) => (store.status === 'fulfilled' ? [store.value] : []))
    await Promise.all(open.map((conversations) => conversations.close()))
  }

  #secretProblems(): readonly ReplicaProblem[] {
    const { namespace, name, server, encryption } = this.#settings ?? {}
    if (namespace === undefined || name === undefined) return []
    const valueOf = (ref: SecretKeyRef | undefined) => ref && this.#options.secrets.get(ref)
    const anyText = () => undefined
    const found = [
      secretProblem(server?.url, valueOf(server?.url), anyText),
      secretProblem(server?.ca, valueOf(server?.ca), certificatesProblem),
      secretProblem(encryption?.key, valueOf(encryption?.key), anyText),
    ]
    return found.flatMap((problem) =>
      problem === undefined
        ? []
        : [
            {
              kind: 'ConversationStore',
              namespace,
              name,
              reason: problem.reason,
              message: `The store cannot be opened: ${problem.message}.`,
            },
          ],
    )
  }

  /** Resolves when the store is open and the turns that a crash interrupted are marked. */
  async #openStore(settings: ConversationStoreSettings | undefined): Promise<Conversations> {
    const { open, logger } = this.#options
    let conversations: Conversations | undefined
    try {
      conversations = await open(settings, (problem) => this.#noteProblem(settings, problem))
      const turns = await conversations.recover()
      if (turns > 0) {
        logger.warn(
          { conversationStore: settings?.name, turns },
          'interrupted turns were marked incomplete',
        )
      }
    } catch (error) {
      logger.error(
        { conversationStore: settings?.name, err: error },
        'the conversation store cannot be opened',
      )
      await conversations?.close().catch(() => {})
      this.#noteProblem(settings, error instanceof Error ? error.message : String(error))
      throw error
    }
    this.#noteProblem(settings, undefined)
    const key = conversationStoreKey(settings)
    // The gateway's is told by `prepare`.
    if (settings !== undefined && key !== this.#current) {
      await this.#configure(conversations, this.#known.get(key) ?? settings)
    }
    return conversations
  }

  /** Others may have opened it, with other settings. */
  async #configure(
    conversations: Conversations,
    settings: ConversationStoreSettings | undefined,
  ): Promise<void> {
    try {
      const isFrozen = settings?.isFrozen === true
      const { generation, ttlMs = null } = settings ?? {}
      await conversations.configure({
        ttlMs,
        isFrozen,
        ...(generation !== undefined && { generation }),
      })
      const key = conversationStoreKey(settings)
      if (isFrozen) {
        this.#frozen.add(key)
        this.#noteProblem(settings, frozenMessage)
      } else if (this.#frozen.delete(key)) this.#noteProblem(settings, undefined)
    } catch (error) {
      this.#options.logger.error(
        { conversationStore: settings?.name, err: error },
        'the conversation store was not told how long to keep conversations',
      )
    }
  }

  #retryLater(runtime: { readonly snapshot: Snapshot }): void {
    if (this.#closed) return
    this.#retry?.cancel()
    this.#retry = this.#options.clock.setTimer(retryIntervalMs, () => this.prepare(runtime))
  }

  #noteProblem(settings: ConversationStoreSettings | undefined, message: string | undefined): void {
    if (settings === undefined) return
    const key = conversationStoreKey(settings)
    if (this.#problems.get(key)?.message === message) return
    if (message === undefined) {
      this.#problems.delete(key)
    } else {
      const { namespace, name } = settings
      const reason = 'StoreUnavailable'
      this.#problems.set(key, { kind: 'ConversationStore', namespace, name, reason, message })
    }
    this.#options.changed()
  }
}

/**
 * Identifies the data, and how it is reached. A store whose other settings change stays open: opening
 * the same file twice would mistake running turns for interrupted ones. A server may be opened twice,
 * and is when it is reached in another way; the values of its Secrets are followed by who has opened it.
 */
export function conversationStoreKey(settings: ConversationStoreSettings | undefined): string {
  if (settings === undefined) return ''
  const { namespace, name, type, path, server, encryption } = settings
  return JSON.stringify([namespace, name, type, path, server, encryption])
}

function unavailable(name: string, cause: unknown): ModelError {
  return new ModelError(
    'unavailable',
    `The conversation store ${name} is not available. Retry; if this persists, check the ConversationStore's status.`,
    { code: 'store_unavailable', retryAfterSeconds: 2, cause },
  )
}
