import type { ReplicaProblem, ConversationStoreSettings } from '@fairlead/snapshot'
import type { Conversations } from '@fairlead/context'
import { ModelError } from '@fairlead/llm'
import type { Logger } from '@fairlead/base'
import type { Runtime } from '../runtime/runtime.ts'

type OpenConversations = (
  store: ConversationStoreSettings | undefined,
) => Promise<Conversations> | Conversations

/** The stores that were opened, each once. They stay open until the gateway ends. */
export class ConversationStores {
  readonly #open: OpenConversations
  readonly #logger: Logger
  readonly #changed: () => void
  /** Each resolves when the store is open and turns that a crash cut are marked. */
  readonly #stores = new Map<string, Promise<Conversations>>()
  readonly #problems = new Map<string, ReplicaProblem>()

  constructor(open: OpenConversations, logger: Logger, changed: () => void) {
    this.#open = open
    this.#logger = logger
    this.#changed = changed
  }

  /** The gateway's store. Throws a ModelError of kind `unavailable` when it cannot be opened. */
  async of(runtime: Runtime): Promise<Conversations> {
    const key = runtime.snapshot.gateway.defaultStore
    const settings = key === undefined ? undefined : runtime.snapshot.stores.get(key)
    if (key !== undefined && settings === undefined) throw unavailable(key, undefined)
    const store = this.#get(settings)
    try {
      return await store
    } catch (error) {
      const storeId = storeKey(settings)
      if (this.#stores.get(storeId) === store) this.#stores.delete(storeId)
      this.#noteProblem(settings, error)
      throw unavailable(settings?.name ?? 'in memory', error)
    }
  }

  /** Opens the gateway's store before the first call needs it; a failure becomes a problem. */
  prepare(runtime: Runtime): void {
    void this.of(runtime).catch(() => {})
  }

  problems(): readonly ReplicaProblem[] {
    return [...this.#problems.values()]
  }

  async close(): Promise<void> {
    const stores = [...this.#stores.values()]
    this.#stores.clear()
    await Promise.all(stores.map(async (store) => (await store.catch(() => undefined))?.close()))
  }

  #get(settings: ConversationStoreSettings | undefined): Promise<Conversations> {
    const key = storeKey(settings)
    const known = this.#stores.get(key)
    if (known !== undefined) return known
    const store = this.#openAndRecover(settings)
    this.#stores.set(key, store)
    return store
  }

  async #openAndRecover(settings: ConversationStoreSettings | undefined): Promise<Conversations> {
    const conversations = await this.#open(settings)
    try {
      const turns = await conversations.recover()
      if (turns > 0)
        this.#logger.warn({ store: settings?.name, turns }, 'cut turns were marked incomplete')
    } catch (error) {
      await conversations.close().catch(() => {})
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
