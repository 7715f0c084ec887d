import { type Clock, openScope } from '@fairlead/base'
import type { Cache } from '../cache/cache.ts'
import type { EventContext } from './event.ts'
import { type DeliveredEvent, nameOfEvent } from './event-delivery.ts'

/** How long a handler may take for one event. */
const timeoutMs = 30_000

/** Where the events of a source happen. */
export interface EventPlace {
  readonly clock: Clock
  readonly cache: Cache
  readonly cluster: string
  /** Aborts when the source stops. */
  readonly stopped: AbortSignal
}

/**
 * The context of one event. There is one for every event, most of which are handled at once, so the
 * signal with its deadline is made only for those who ask for it.
 */
export class DeliveryContext implements EventContext, Disposable {
  readonly #place: EventPlace
  readonly #event: DeliveredEvent
  #scope: ReturnType<typeof openScope> | undefined

  constructor(place: EventPlace, event: DeliveredEvent) {
    this.#place = place
    this.#event = event
  }

  get cache(): Cache {
    return this.#place.cache
  }

  get cluster(): string {
    return this.#place.cluster
  }

  get signal(): AbortSignal {
    const { clock, stopped } = this.#place
    this.#scope ??= openScope({
      parents: [stopped],
      clock,
      timeoutMs,
      what: `the handler of ${nameOfEvent(this.#event)}`,
    })
    return this.#scope.signal
  }

  [Symbol.dispose](): void {
    this.#scope?.[Symbol.dispose]()
  }
}
