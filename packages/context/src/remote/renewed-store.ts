import type { JsonObject } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import type { StoreMembers } from '../stores/store-members.ts'
import type { StoreRetention } from '../stores/turn-store.ts'

type Operation = (...list: readonly unknown[]) => Promise<unknown>

/** An opening of the store, and how many operations run on it. */
interface Opening {
  readonly store: ContextStore
  running: number
  /** Called when nothing runs on it any more; undefined while it serves. */
  idle: (() => void) | undefined
  stopListening(): void
}

/**
 * A store that can be opened anew while it is used, as with another password: its member, places and
 * running turns go on, and each operation ends on the opening that it began on.
 */
export class RenewedStore {
  readonly store: ContextStore
  readonly #listeners = new Set<(message: JsonObject, from: string) => void>()
  readonly #gapListeners = new Set<() => void>()
  #current: Opening
  /** What was said last: an opening knows what was said when it began. */
  #retention: StoreRetention | undefined
  #closing: Promise<unknown> = Promise.resolve()

  constructor(opened: ContextStore) {
    this.#current = this.#opening(opened)
    const { members } = opened
    this.store = this.#forwarding((store) => store, {
      responses: this.#forwarding(({ responses }) => responses),
      factors: this.#forwarding(({ factors }) => factors),
      answers: this.#forwarding(({ answers }) => answers),
      records: this.#forwarding(({ records }) => records),
      configure: (settings) => {
        this.#retention = settings
        return this.#use((store) => store.configure(settings))
      },
      close: () => this.#close(),
      ...(members === undefined ? {} : { members: this.#members(members.self) }),
    })
  }

  /**
   * Uses another opening of the same data, as the same member, once it knows how long to keep what; the
   * earlier one is closed when nothing runs on it.
   */
  async renew(opened: ContextStore): Promise<void> {
    try {
      if (this.#retention !== undefined) await opened.configure(this.#retention)
    } catch (error) {
      opened.members?.handOver()
      await opened.close().catch(() => {})
      throw error
    }
    const before = this.#current
    before.stopListening()
    this.#current = this.#opening(opened)
    for (const listener of this.#gapListeners) listener()
    this.#closing = Promise.all([this.#closing, this.#retire(before)])
  }

  async #retire(opening: Opening): Promise<void> {
    if (opening.running > 0) await new Promise<void>((resolve) => (opening.idle = resolve))
    opening.store.members?.handOver()
    // Its server may be gone: nothing is lost with it.
    await opening.store.close().catch(() => {})
  }

  async #close(): Promise<void> {
    this.#current.stopListening()
    await Promise.all([this.#closing, this.#current.store.close()])
  }

  #opening(store: ContextStore): Opening {
    const { members } = store
    const stop = members?.subscribe((message, from) => {
      for (const listener of this.#listeners) listener(message, from)
    })
    const stopGaps = members?.onGap(() => {
      for (const listener of this.#gapListeners) listener()
    })
    const stopListening = () => {
      stop?.()
      stopGaps?.()
    }
    return { store, running: 0, idle: undefined, stopListening }
  }

  async #use<T>(work: (store: ContextStore) => Promise<T>): Promise<T> {
    const opening = this.#current
    opening.running += 1
    try {
      return await work(opening.store)
    } finally {
      opening.running -= 1
      if (opening.running === 0) opening.idle?.()
    }
  }

  /** A part of the store, each operation of which goes to the opening that serves then. */
  #forwarding<Part extends object>(
    partOf: (store: ContextStore) => Part,
    replaced: Partial<Part> = {},
  ): Part {
    return new Proxy(partOf(this.#current.store), {
      get: (_, property) => {
        if (property in replaced) return Reflect.get(replaced, property)
        const value: unknown = Reflect.get(partOf(this.#current.store), property)
        if (typeof value !== 'function') return value
        return (...list: readonly unknown[]) =>
          this.#use(async (store) => {
            const part = partOf(store)
            return Reflect.apply(Reflect.get(part, property) as Operation, part, list)
          })
      },
    })
  }

  #members(self: string): StoreMembers {
    const using = <T>(work: (members: StoreMembers) => Promise<T>) =>
      this.#use((store) => work(membersOf(store)))
    return {
      self,
      claim: (place, claim) => using((members) => members.claim(place, claim)),
      release: (place, claim) => using((members) => members.release(place, claim)),
      publish: (message) => membersOf(this.#current.store).publish(message),
      subscribe: (listener) => added(this.#listeners, listener),
      onGap: (listener) => added(this.#gapListeners, listener),
      handOver: () => membersOf(this.#current.store).handOver(),
    }
  }
}

function membersOf({ members }: ContextStore): StoreMembers {
  if (members === undefined) throw new Error('every opening of the store has members, or none')
  return members
}

function added<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
