import type { ConversationStoreSettings, ReplicaProblem, Snapshot } from '@fairlead/snapshot'
import type { Conversations } from '@fairlead/context'
import { ModelError } from '@fairlead/llm'
import type { Logger } from '@fairlead/base'

/** Opens the conversations of a store; undefined means in memory. */
type OpenConversations = (
  store: ConversationStoreSettings | undefined,
) => Conversations | Promise<Conversations>

/** The stores that were opened, each once. They stay open until the gateway ends. */
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

  /** The gateway's store. Throws a ModelError of kind `unavailable` when it cannot be opened. */
  async of({ snapshot }: { readonly snapshot: Snapshot }): Promise<Conversations> {
    const name = snapshot.gateway.defaultStore
    const settings = name === undefined ? undefined : snapshot.stores.get(name)
    if (name !== undefined && settings === undefined) throw unavailable(name, undefined)
    const key = storeKey(settings)
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

  /** Opens the gateway's store before the first call needs it; a failure becomes a problem. */
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

  /** Resolves when the store is open and turns that a crash cut are marked. */
  async #openStore(settings: ConversationStoreSettings | undefined): Promise<Conversations> {
    let conversations: Conversations | undefined
    try {
      conversations = await this.#open(settings)
      const turns = await conversations.recover()
      if (turns > 0) {
        this.#logger.warn({ store: settings?.name, turns }, 'cut turns were marked incomplete')
      }
    } catch (error) {
      this.#noteProblem(settings, error)
      await conversations?.close().catch(() => {})
      throw error
    }
    if (this.#problems.delete(storeKey(settings))) this.#changed()
    return conversations
  }

  #noteProblem(settings: ConversationStoreSettings | undefined, error: unknown): void {
    const key = storeKey(settings)
    this.#logger.error({ store: settings?.name, err: error }, 'conversation store is not available')
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
 * Where the data lies. A store whose other settings change stays open as it is: opening the same
 * data twice would take running turns for cut ones.
 */
function storeKey(settings: ConversationStoreSettings | undefined): string {
  if (settings === undefined) return ''
  const { namespace, name, type, path } = settings
  return JSON.stringify([namespace, name, type, path])
}

function unavailable(name: string, cause: unknown): ModelError {
  return new ModelError(
    'unavailable',
    `The conversation store ${name} is not available. Retry; if it stays so, look at the ConversationStore's status.`,
    { code: 'store_unavailable', retryAfterSeconds: 2, cause },
  )
}
