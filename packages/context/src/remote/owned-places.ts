import type { Clock } from '@fairlead/base'
import { type QueuePlace, TurnQueue } from '../service/turn-queue.ts'
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

/** The places of one store, given to calls of several processes in the order in which they ask. */
export class OwnedPlaces {
  readonly #number: number
  readonly #queue: TurnQueue
  readonly #places = new Map<PlaceAsker, Map<number, OwnedPlace>>()

  /** `number` is that of the store. */
  constructor(number: number, clock: Pick<Clock, 'monotonicMs' | 'setTimer'>) {
    this.#number = number
    this.#queue = new TurnQueue(clock)
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

  #enter(asker: PlaceAsker, number: number, call: EnteringCall): QueuePlace['state'] {
    const tell = (event: PlaceNews['event']) => asker.placeNews(this.#number, number, event)
    const place = this.#queue.enter({
      ...call,
      granted: (evicted) => tell(evicted ? 'granted-evicted' : 'granted'),
      giveWay: tell,
    })
    const { tenant, conversation } = call
    this.#note(asker, number, { tenant, conversation, place })
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

  /** Returns the seconds after which a call that goes without its place should try again. */
  #leave(asker: PlaceAsker, number: number): number {
    const known = this.#places.get(asker)
    const owned = known?.get(number)
    if (known === undefined || owned === undefined) return 1
    known.delete(number)
    if (known.size === 0) this.#places.delete(asker)
    owned.place.leave()
    const { tenant, conversation } = owned
    return this.#queue.retryAfterSeconds(tenant, conversation)
  }
}
