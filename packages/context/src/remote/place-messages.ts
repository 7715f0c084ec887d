import type { JsonObject } from '@fairlead/base'
import type { ConcurrencyMode } from '../service/turn-queue.ts'
import type { ClaimedPlace } from '../stores/store-members.ts'

/** What the members of a store tell each other of places. `to` and `next` are names of members. */
export type PlaceMessage = ClaimedPlace &
  (
    | { readonly type: 'place-wanted'; readonly mode: ConcurrencyMode }
    /** What a call that does not queue is told: whether what runs is about to give way to it. */
    | { readonly type: 'place-busy'; readonly to: string; readonly gives: boolean }
    /** The place is free, and `next` is to have it. `evicted`: its turn may still be stored as running. */
    | { readonly type: 'place-free'; readonly next: string | null; readonly evicted: boolean }
    | { readonly type: 'place-cancel'; readonly turn: string | null }
    | { readonly type: 'turn-followed'; readonly turn: string; readonly isFollowed: boolean }
  )

/** Reads what a member of the same version says; undefined for what is not about places. */
export function placeMessageOf(message: JsonObject): PlaceMessage | undefined {
  const { type, tenant, conversation } = message
  const isOfPlaces =
    typeof type === 'string' && (type.startsWith('place-') || type === 'turn-followed')
  if (!isOfPlaces || typeof tenant !== 'string' || typeof conversation !== 'string')
    return undefined
  return message as unknown as PlaceMessage
}
