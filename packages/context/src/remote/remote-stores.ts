import { type Clock, Outbox, parseJson, type Timer } from '@fairlead/base'
import type { TokenCounter } from '../tokens/token-counter.ts'
import { RemoteTurnStore } from './remote-turn-store.ts'
import type { OpenedStore, StoreNews, StoreOperation, StoreRequest } from './store-messages.ts'

export interface RemoteStoresOptions {
  /** Sends requests to the owner; the order is kept. Its answers go to `receive`. */
  readonly send: (requests: readonly StoreRequest[]) => void
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  /** How long the owner may take for an answer. 30 s when left out. */
  readonly deadlineMs?: number
  /** Bytes of requests without an answer, beyond which further ones are refused. 128 MiB when left out. */
  readonly bytesInFlightMax?: number
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly bytes: number
  readonly untilMs: number
}

/**
 * Stores that another process has opened, asked by message. Requests of one turn of the event loop
 * travel together.
 */
export class RemoteStores {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  readonly #deadlineMs: number
  readonly #bytesInFlightMax: number
  readonly #outbox: Outbox<StoreRequest>
  /** Oldest first: all have the same deadline. */
  readonly #pending = new Map<number, Pending>()
  readonly #opened = new Map<number, Set<RemoteTurnStore>>()
  #bytesInFlight = 0
  #lastId = 0
  #lastPlace = 0
  #timer: Timer | undefined

  constructor({
    send,
    clock,
    deadlineMs = 30_000,
    bytesInFlightMax = 128 * 1024 * 1024,
  }: RemoteStoresOptions) {
    this.#clock = clock
    this.#deadlineMs = deadlineMs
    this.#bytesInFlightMax = bytesInFlightMax
    this.#outbox = new Outbox(send)
  }

  /** The store that the owner opens for a description, which must be JSON. */
  async open(description: unknown): Promise<RemoteTurnStore> {
    const { store, type } = (await this.#ask(0, 'open', [description])) as OpenedStore
    const remote = new RemoteTurnStore(
      type,
      (operation, list) => this.#ask(store, operation, list),
      () => ++this.#lastPlace,
      () => this.#opened.get(store)?.delete(remote),
    )
    this.#opened.set(store, (this.#opened.get(store) ?? new Set()).add(remote))
    return remote
  }

  /** Takes what the owner has sent. */
  receive({ answers, ends, cancels, places }: StoreNews): void {
    for (const { id, body, error } of answers) {
      const pending = this.#settle(id)
      if (pending === undefined) continue
      if (error !== undefined) pending.reject(new Error(error))
      else pending.resolve(body === undefined ? undefined : parseJson(body))
    }
    for (const { store, tenant, conversation } of ends) {
      for (const remote of this.#opened.get(store) ?? []) remote.turnEnded(tenant, conversation)
    }
    for (const { store, place, event } of places) {
      for (const remote of this.#opened.get(store) ?? []) remote.places.receive(place, event)
    }
    for (const { store, tenant, id } of cancels) {
      for (const remote of this.#opened.get(store) ?? []) {
        remote.responses.cancelRequested(tenant, id)
      }
    }
  }

  /** The owner's counter of tokens. */
  readonly counter: TokenCounter = {
    count: (request) =>
      this.#ask(0, 'count', [request]).then(
        (counts) => counts as readonly number[] | undefined,
        // Too much waits already, or the owner does not answer: then the estimate must do.
        () => undefined,
      ),
  }

  #ask(store: number, operation: StoreOperation, list: readonly unknown[]): Promise<unknown> {
    const body = JSON.stringify(list)
    const bytes = Buffer.byteLength(body)
    // A place that is not left would keep its conversation from everybody.
    const isBounded = operation !== 'place-leave'
    if (isBounded && this.#bytesInFlight + bytes > this.#bytesInFlightMax) {
      return Promise.reject(new Error('too much is waiting for the conversation store'))
    }
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      const untilMs = this.#clock.monotonicMs() + this.#deadlineMs
      this.#pending.set(id, { resolve, reject, bytes, untilMs })
      this.#bytesInFlight += bytes
      this.#armTimer()
      this.#outbox.put({ id, store, operation, body })
    })
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    if (pending === undefined) return undefined
    this.#pending.delete(id)
    this.#bytesInFlight -= pending.bytes
    if (this.#pending.size > 0) return pending
    this.#timer?.cancel()
    this.#timer = undefined
    return pending
  }

  #armTimer(): void {
    if (this.#timer !== undefined) return
    const [oldest] = this.#pending.values()
    if (oldest === undefined) return
    this.#timer = this.#clock.setTimer(oldest.untilMs - this.#clock.monotonicMs(), () => {
      this.#timer = undefined
      this.#failOverdue()
      this.#armTimer()
    })
  }

  #failOverdue(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [id, { untilMs, reject }] of this.#pending) {
      if (untilMs > nowMs) return
      this.#settle(id)
      reject(new Error('the process that owns the conversation store does not answer'))
    }
  }
}
