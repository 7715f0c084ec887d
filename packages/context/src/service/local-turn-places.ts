import type { Clock } from '@fairlead/base'
import type { GrantedPlace, PlaceRequest, TurnPlace, TurnPlaces } from './turn-places.ts'
import { TurnQueue } from './turn-queue.ts'

/** The places of a store that only this process uses. */
export function localTurnPlaces(clock: Pick<Clock, 'monotonicMs' | 'setTimer'>): TurnPlaces {
  const queue = new TurnQueue(clock)
  return {
    enter: async (request) => enter(queue, request),
    follow: (tenant, conversation, turn) => queue.follow(tenant, conversation, turn),
    cancel: (tenant, conversation, turn) => queue.cancel(tenant, conversation, turn),
  }
}

function enter(queue: TurnQueue, request: PlaceRequest): TurnPlace {
  const { tenant, conversation } = request
  const { promise, resolve } = Promise.withResolvers<GrantedPlace>()
  const granted = (evicted: boolean) => resolve({ evicted })
  const place = queue.enter({ ...request, granted })
  if (place.state === 'granted') granted(false)
  return {
    state: place.state,
    granted: promise,
    began: (turn) => place.began(turn),
    setAbandoned: (isAbandoned) => place.setAbandoned(isAbandoned),
    leave: async () => {
      place.leave()
      return queue.retryAfterSeconds(tenant, conversation)
    },
  }
}
