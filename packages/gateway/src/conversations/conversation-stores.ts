import type { ConversationStoreSettings, ReplicaProblem, Snapshot } from '@fairlead/snapshot'
import type { Conversations } from '@fairlead/context'
import { ModelError } from '@fairlead/llm'
import type { Logger } from '@fairlead/base'

/** Opens the conversations of a ConversationStore; undefined means in memory. */
type OpenConversations = (
  store: ConversationStoreSettings | undefined,
) => Conversations | Promise<Conversations>

/** The ConversationStores in use. Each is opened once and stays open until the gateway stops. */
export class ConversationStores {
  readonly #open: OpenConversations
  readonly #logger: Logger
  readonly #changed: () => void
  readonly #stores = new Map<string, Promise<Conversations>>()
  readonly #problems = new Map<string, ReplicaProblem>()

  constructor(open: OpenConversations, logger: Logger, changed: () => void) {
    this.#open = open
    this.#logger = logger
    this.#changed = changed
  }

  /**
   * The gateway's ConversationStore. Throws a ModelError of kind `unavailable` if it cannot be
   * opened.
   */
  async of({ snapshot }: { readonly snapshot: Snapshot }): Promise<Conversations> {
    const name = snapshot.gateway.defaultConversationStore
    const settings = name === undefined ? undefined : snapshot.conversationStores.get(name)
    if (name !== undefined && settings === undefined) throw unavailable(name, undefined)
    const key = conversationStoreKey(settings)
    const known = this.#stores.get(key)
    const opened = known ?? this.#openStore(settings)
    if (known === undefined) this.#stores.set(key, opened)
    try {
      return await opened
    } catch (error) {
      // The next call tries again.
      if (this.#stores.get(key) === opened) this.#stores.delete(key)
      throw unavailable(settings?.name ?? 'in memory', error)
    }
  }

  /**
   * Opens the gateway's ConversationStore before the first call needs it; a failure becomes a
   * problem.
   */
  prepare(runtime: { readonly snapshot: Snapshot }): void {
    void this.of(runtime).catch(() => {})
  }

  problems(): readonly ReplicaProblem[] {
    return [...this.#problems.values()]
  }

  async close(): Promise<void> {
    const stores = [...this.#stores.values()]
    this.#stores.clear()
    const opened = await Promise.allSettled(stores)
    const open = opened.flatMap((store) => (store.status === 'fulfilled' ? [store.value] : []))
    await Promise.all(open.map((conversations) => conversations.close()))
  }

  /** Resolves when the store is open and the turns that a crash interrupted are marked. */
  async #openStore(settings: ConversationStoreSettings | undefined): Promise<Conversations> {
    let conversations: Conversations | undefined
    try {
      conversations = await this.#open(settings)
      const turns = await conversations.recover()
      if (turns > 0) {
        this.#logger.warn(
          { conversationStore: settings?.name, turns },
          'interrupted turns were marked incomplete',
        )
      }
    } catch (error) {
      this.#noteProblem(settings, error)
      await conversations?.close().catch(() => {})
      throw error
    }
    if (this.#problems.delete(conversationStoreKey(settings))) this.#changed()
    return conversations
  }

  #noteProblem(settings: ConversationStoreSettings | undefined, error: unknown): void {
    const key = conversationStoreKey(settings)
    this.#logger.error(
      { conversationStore: settings?.name, err: error },
      'the conversation store cannot be opened',
    )
    if (settings === undefined || this.#problems.has(key)) return
    this.#problems.set(key, {
      kind: 'ConversationStore',
      namespace: settings.namespace,
      name: settings.name,
      reason: 'StoreUnavailable',
      message: error instanceof Error ? error.message : String(error),
    })
    this.#changed()
  }
}

/**
 * Identifies the data. A store whose other settings change stays open unchanged: opening the same
 * data twice would mistake running turns for interrupted ones.
 */
export function conversationStoreKey(settings: ConversationStoreSettings | undefined): string {
  if (settings === undefined) return ''
  const { namespace, name, type, path } = settings
  return JSON.stringify([namespace, name, type, path])
}

function unavailable(name: string, cause: unknown): ModelError {
  return new ModelError(
    'unavailable',
    `The conversation store ${name} is not available. Retry; if this persists, check the ConversationStore's status.`,
    { code: 'store_unavailable', retryAfterSeconds: 2, cause },
  )
}
