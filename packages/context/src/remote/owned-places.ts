import type { Clock } from '@fairlead/base'
import { type QueuePlace, TurnQueue } from '../service/turn-queue.ts'
import type { SharedPlaces } from './shared-places.ts'
import type { EnteringCall, PlaceNews, PlaceOperation } from './store-messages.ts'

/** One process whose calls wait for their turns. */
export interface PlaceAsker {
  placeNews(store: number, place: number, event: PlaceNews['event']): void
}

/** A place, or that a client follows what runs in one of another. */
interface OwnedPlace {
  readonly tenant: string
  readonly conversation: string
  readonly place: Pick<QueuePlace, 'leave' | 'setAbandoned'>
}

interface OwnedPlacesOptions {
  /** Of the store. */
  readonly number: number
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  /** Where other replicas use the store, too; undefined where none does. */
  readonly shared: SharedPlaces | undefined
  /** Resolves once the ends of turns that are being stored are: the next turn is to find them. */
  readonly stored: (tenant: string, conversation: string) => Promise<void> | undefined
}

/** The places of one store, given to calls of several processes in the order in which they ask. */
export class OwnedPlaces {
  readonly #number: number
  readonly #queue: TurnQueue | SharedPlaces
  readonly #stored: OwnedPlacesOptions['stored']
  readonly #places = new Map<PlaceAsker, Map<number, OwnedPlace>>()

  constructor({ number, clock, shared, stored }: OwnedPlacesOptions) {
    this.#number = number
    this.#queue = shared ?? new TurnQueue(clock)
    this.#stored = stored
  }

  /** Does what a client asks; `list` is the arguments. */
  perform(asker: PlaceAsker, operation: PlaceOperation, list: readonly unknown[]): unknown {
    // Unchecked: both ends are the same version of the same program.
    const [first, second, third, fourth] = list as [never, never, never, never]
    switch (operation) {
      case 'place-enter':
        return this.#enter(asker, first, second)
      case 'place-leave':
        return this.#leave(asker, first)
      case 'place-abandoned':
        this.#places.get(asker)?.get(first)?.place.setAbandoned(second)
        return undefined
      case 'place-follow':
        return this.#follow(asker, first, [second, third, fourth])
      case 'place-cancel':
        return this.#queue.cancel(first, second, third ?? undefined)
    }
  }

  /** A turn has been stored, in the place that its conversation has given. */
  began(tenant: string, conversation: string, turn: string): void {
    this.#queue.holderOf(tenant, conversation)?.began(turn)
  }

  /** The client is gone: others may have its places. */
  leaveAllOf(asker: PlaceAsker): void {
    const places = [...(this.#places.get(asker)?.values() ?? [])]
    this.#places.delete(asker)
    for (const { place } of places) place.leave()
  }

  async #enter(
    asker: PlaceAsker,
    number: number,
    call: EnteringCall,
  ): Promise<QueuePlace['state']> {
    const tell = (event: PlaceNews['event']) => asker.placeNews(this.#number, number, event)
    const place = this.#queue.enter({
      ...call,
      granted: (evicted) => tell(evicted ? 'granted-evicted' : 'granted'),
      giveWay: tell,
    })
    const { tenant, conversation } = call
    this.#note(asker, number, { tenant, conversation, place })
    // Those of other replicas may have to be asked, whose answer may be that they are not available.
    if ('decided' in place) await place.decided
    return place.state
  }

  #follow(asker: PlaceAsker, number: number, turn: readonly [string, string, string]): void {
    const [tenant, conversation] = turn
    const leave = this.#queue.follow(...turn)
    this.#note(asker, number, { tenant, conversation, place: { leave, setAbandoned: () => {} } })
  }

  #note(asker: PlaceAsker, number: number, place: OwnedPlace): void {
    const known = this.#places.get(asker) ?? new Map<number, OwnedPlace>()
    this.#places.set(asker, known.set(number, place))
  }

  /** Resolves to the seconds after which a call that goes without its place should try again. */
  async #leave(asker: PlaceAsker, number: number): Promise<number> {
    const known = this.#places.get(asker)
    const owned = known?.get(number)
    if (known === undefined || owned === undefined) return 1
    known.delete(number)
    if (known.size === 0) this.#places.delete(asker)
    const { tenant, conversation } = owned
    const storing = this.#stored(tenant, conversation)
    if (storing !== undefined) await storing
    owned.place.leave()
    return this.#queue.retryAfterSeconds(tenant, conversation)
  }
}
