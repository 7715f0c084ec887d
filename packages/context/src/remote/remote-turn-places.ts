import type { GrantedPlace, PlaceRequest, TurnPlace, TurnPlaces } from '../service/turn-places.ts'
import type { EnteringCall, PlaceNews, PlaceOperation } from './store-messages.ts'

interface AskedPlace {
  readonly request: PlaceRequest
  readonly grant: (granted: GrantedPlace) => void
}

/** Asks the owner of the store; resolves to the parsed result. */
type AskOwner = (operation: PlaceOperation, ...list: readonly unknown[]) => Promise<unknown>

/** The places of a store in another process, which gives them. */
export class RemoteTurnPlaces implements TurnPlaces {
  readonly #ask: AskOwner
  readonly #newNumber: () => number
  readonly #asked = new Map<number, AskedPlace>()

  /** `newNumber` gives numbers that are unique within the client. */
  constructor(ask: AskOwner, newNumber: () => number) {
    this.#ask = ask
    this.#newNumber = newNumber
  }

  async enter(request: PlaceRequest): Promise<TurnPlace> {
    const number = this.#newNumber()
    const { promise: granted, resolve: grant } = Promise.withResolvers<GrantedPlace>()
    this.#asked.set(number, { request, grant })
    const { tenant, conversation, bytes, mode } = request
    const call: EnteringCall = { tenant, conversation, bytes, mode }
    let state: TurnPlace['state']
    try {
      state = (await this.#ask('place-enter', number, call)) as TurnPlace['state']
    } catch (error) {
      // The owner may have taken it all the same.
      void this.#leave(number)
      throw error
    }
    if (state === 'granted') grant({ evicted: false })
    return {
      state,
      granted,
      // The owner knows from `append`.
      began: () => {},
      setAbandoned: (isAbandoned) => this.#setAbandoned(number, isAbandoned),
      leave: () => this.#leave(number),
    }
  }

  follow(tenant: string, conversation: string, turn: string): () => void {
    const number = this.#newNumber()
    let isFollowing = true
    this.#ask('place-follow', number, tenant, conversation, turn).catch(() => {})
    return () => {
      if (isFollowing) this.#ask('place-leave', number).catch(() => {})
      isFollowing = false
    }
  }

  async cancel(tenant: string, conversation: string, turn: string | undefined): Promise<void> {
    await this.#ask('place-cancel', tenant, conversation, turn ?? null)
  }

  /** Takes what the owner tells of a place; one that has been left is nobody's any more. */
  receive(number: number, event: PlaceNews['event']): void {
    const asked = this.#asked.get(number)
    if (event === 'granted' || event === 'granted-evicted') {
      asked?.grant({ evicted: event === 'granted-evicted' })
    } else {
      asked?.request.giveWay(event)
    }
  }

  close(): void {
    this.#asked.clear()
  }

  #setAbandoned(number: number, isAbandoned: boolean): void {
    if (!this.#asked.has(number)) return
    // Without the owner nothing waits that it could give way to.
    this.#ask('place-abandoned', number, isAbandoned).catch(() => {})
  }

  async #leave(number: number): Promise<number> {
    if (!this.#asked.delete(number)) return 1
    try {
      return (await this.#ask('place-leave', number)) as number
    } catch {
      // An owner that is gone holds no places.
      return 1
    }
  }
}
