import { type Clock, type Logger, Outbox, parseJson } from '@fairlead/base'
import { interrupted } from '../service/interrupted-response.ts'
import type { CountRequest, TokenCounter } from '../tokens/token-counter.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { OwnedStore, type StoreAsker } from './owned-store.ts'
import type {
  ForeignTurnEnd,
  OpenedStore,
  PlaceNews,
  ResponseCancel,
  StoreAnswer,
  StoreNews,
  StoreRequest,
} from './store-messages.ts'

export interface StoreOwnerOptions {
  /** Opens the store of a description. */
  readonly open: (description: unknown) => Promise<ContextStore>
  /** Which data a description means: what is open already is not opened again. */
  readonly keyOf: (description: unknown) => string
  /** Counts tokens for all clients; they have none when left out. */
  readonly counter?: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
}

/** One process that uses the stores. */
export interface StoreClient {
  receive(requests: readonly StoreRequest[]): void
  /**
   * Its process is gone: its running turns end as `incomplete` and its responses as `failed`, with
   * what was flushed.
   */
  disconnected(): Promise<void>
}

/**
 * Opens stores, each once, for clients in other processes. Requests are begun in the order in which
 * they arrive.
 */
export class StoreOwner {
  readonly #options: StoreOwnerOptions
  readonly #byKey = new Map<string, Promise<OwnedStore>>()
  readonly #byNumber = new Map<number, OwnedStore>()
  #lastNumber = 0

  constructor(options: StoreOwnerOptions) {
    this.#options = options
  }

  connect(send: (news: StoreNews) => void): StoreClient {
    return new Connection(this, send, this.#options.logger)
  }

  /** Opens the store, or finds it open; ends the turns that an earlier process left running. */
  async open(description: unknown): Promise<OwnedStore> {
    const key = this.#options.keyOf(description)
    const known = this.#byKey.get(key)
    const opened = known ?? this.#open(description)
    if (known === undefined) this.#byKey.set(key, opened)
    try {
      return await opened
    } catch (error) {
      // The next client tries again.
      if (this.#byKey.get(key) === opened) this.#byKey.delete(key)
      throw error
    }
  }

  get counter(): TokenCounter | undefined {
    return this.#options.counter
  }

  numbered(number: number): OwnedStore | undefined {
    return this.#byNumber.get(number)
  }

  get stores(): readonly OwnedStore[] {
    return [...this.#byNumber.values()]
  }

  async close(): Promise<void> {
    // Those that are being opened, too.
    await Promise.allSettled(this.#byKey.values())
    const stores = this.stores
    this.#byKey.clear()
    this.#byNumber.clear()
    await Promise.all(stores.map((store) => store.close()))
  }

  async #open(description: unknown): Promise<OwnedStore> {
    const { clock, logger } = this.#options
    const store = await this.#options.open(description)
    try {
      const nowSeconds = Math.floor(clock.now() / 1000)
      const turns = await store.recover(nowSeconds)
      const responses = await store.responses.recover(interrupted, nowSeconds)
      await store.answers.recover()
      const conversationStore = nameOf(description)
      if (turns > 0) {
        logger.warn({ conversationStore, turns }, 'interrupted turns were marked incomplete')
      }
      if (responses > 0) {
        logger.warn({ conversationStore, responses }, 'interrupted responses were marked failed')
      }
    } catch (error) {
      await store.close().catch(() => {})
      throw error
    }
    const owned = new OwnedStore(++this.#lastNumber, store, clock, logger)
    this.#byNumber.set(owned.number, owned)
    return owned
  }
}

class Connection implements StoreClient, StoreAsker {
  readonly #owner: StoreOwner
  readonly #logger: Logger
  readonly #outbox: Outbox<
    | { readonly answer: StoreAnswer }
    | { readonly end: ForeignTurnEnd }
    | { readonly cancel: ResponseCancel }
    | { readonly place: PlaceNews }
  >
  gone = false

  constructor(owner: StoreOwner, send: (news: StoreNews) => void, logger: Logger) {
    this.#owner = owner
    this.#logger = logger
    this.#outbox = new Outbox((batch) => {
      if (this.gone) return
      const answers = batch.flatMap((one) => ('answer' in one ? [one.answer] : []))
      const ends = batch.flatMap((one) => ('end' in one ? [one.end] : []))
      const cancels = batch.flatMap((one) => ('cancel' in one ? [one.cancel] : []))
      const places = batch.flatMap((one) => ('place' in one ? [one.place] : []))
      send({ answers, ends, cancels, places })
    })
  }

  receive(requests: readonly StoreRequest[]): void {
    for (const request of requests) {
      this.#perform(request).then(
        (result) => {
          const body = result === undefined ? {} : { body: JSON.stringify(result) }
          this.#outbox.put({ answer: { id: request.id, ...body } })
        },
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error)
          this.#outbox.put({ answer: { id: request.id, error: message } })
        },
      )
    }
  }

  turnEnded(store: number, tenant: string, conversation: string): void {
    this.#outbox.put({ end: { store, tenant, conversation } })
  }

  placeNews(store: number, place: number, event: PlaceNews['event']): void {
    this.#outbox.put({ place: { store, place, event } })
  }

  cancelResponse(store: number, tenant: string, id: string): void {
    this.#outbox.put({ cancel: { store, tenant, id } })
  }

  async disconnected(): Promise<void> {
    this.gone = true
    try {
      const ended = await Promise.all(this.#owner.stores.map((store) => store.endTurnsOf(this)))
      const turns = ended.reduce((total, count) => total + count, 0)
      if (turns > 0) this.#logger.warn({ turns }, 'turns of a worker that died are incomplete')
      const failed = await Promise.all(
        this.#owner.stores.map((store) => store.endResponsesOf(this)),
      )
      const responses = failed.reduce((total, count) => total + count, 0)
      if (responses > 0) this.#logger.warn({ responses }, 'responses of a worker that died failed')
      await Promise.all(this.#owner.stores.map((store) => store.dropAnswersOf(this)))
    } catch (error) {
      this.#logger.error({ err: error }, 'turns of a worker that died were not ended')
    }
    for (const store of this.#owner.stores) store.leavePlacesOf(this)
  }

  async #perform({ store: number, operation, body }: StoreRequest): Promise<unknown> {
    const list = parseJson(body) as readonly unknown[]
    if (operation === 'open') {
      const {
        number: store,
        store: { type },
      } = await this.#owner.open(list[0])
      return { store, type } satisfies OpenedStore
    }
    // Unchecked: both ends are the same version of the same program.
    if (operation === 'count') return this.#owner.counter?.count(list[0] as CountRequest)
    const store = this.#owner.numbered(number)
    if (store === undefined) throw new Error('the conversation store is closed')
    return store.perform(this, operation, list)
  }
}

function nameOf(description: unknown): unknown {
  return typeof description === 'object' && description !== null && 'name' in description
    ? description.name
    : undefined
}
