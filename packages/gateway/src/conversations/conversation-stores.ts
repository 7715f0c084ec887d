import type { ReplicaProblem, ConversationStoreSettings } from '@fairlead/snapshot'
import type { Conversations } from '@fairlead/context'
import { ModelError } from '@fairlead/llm'
import type { Logger } from '@fairlead/base'
import type { Runtime } from '../runtime/runtime.ts'

interface OpenStore {
  readonly settings: ConversationStoreSettings | undefined
  readonly conversations: Conversations
  /** Resolves when turns that a crash cut are marked. */
  readonly ready: Promise<void>
}

/** The stores that were opened, each once. They stay open until the gateway ends. */
export class ConversationStores {
  readonly #open: (store: ConversationStoreSettings | undefined) => Conversations
  readonly #logger: Logger
  readonly #changed: () => void
  readonly #stores = new Map<string, OpenStore>()
  readonly #problems = new Map<string, ReplicaProblem>()

  constructor(
    open: (store: ConversationStoreSettings | undefined) => Conversations,
    logger: Logger,
    changed: () => void,
  ) {
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
      await store.ready
    } catch (error) {
      this.#stores.delete(storeKey(settings))
      this.#noteProblem(settings, error)
      throw unavailable(settings?.name ?? 'in memory', error)
    }
    return store.conversations
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
    await Promise.all(stores.map(({ conversations }) => conversations.close()))
  }

  #get(settings: ConversationStoreSettings | undefined): OpenStore {
    const key = storeKey(settings)
    const known = this.#stores.get(key)
    if (known !== undefined) return known
    let conversations: Conversations
    try {
      conversations = this.#open(settings)
    } catch (error) {
      this.#noteProblem(settings, error)
      throw unavailable(settings?.name ?? 'in memory', error)
    }
    const ready = conversations.recover().then((turns) => {
      if (turns > 0)
        this.#logger.warn({ store: settings?.name, turns }, 'cut turns were marked incomplete')
      if (this.#problems.delete(key)) this.#changed()
    })
    const store = { settings, conversations, ready }
    this.#stores.set(key, store)
    return store
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
