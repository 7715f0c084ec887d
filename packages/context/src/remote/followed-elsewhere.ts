import type { Clock, Timer } from '@fairlead/base'
import type { TurnQueue } from '../service/turn-queue.ts'
import type { ClaimedPlace, StoreMembers } from '../stores/store-members.ts'
import type { PlaceMessage } from './place-messages.ts'

/** How often a member says that a turn is still followed there. */
const sayIntervalMs = 1000
/** How long a turn counts as followed by a member that does not say so again. */
const followedMs = 3 * sayIntervalMs

type Followed = Extract<PlaceMessage, { readonly type: 'turn-followed' }>

/**
 * Turns that calls of one replica follow and another runs: it is told, so that they do not give way as
 * if nobody listened.
 */
export class FollowedElsewhere {
  readonly #members: StoreMembers
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #queue: TurnQueue
  /** Of this replica, by turn: how many follow it. */
  readonly #here = new Map<string, { readonly place: ClaimedPlace; count: number }>()
  /** By member and turn: how it stops to count. */
  readonly #there = new Map<string, { readonly leave: () => void; readonly timer: Timer }>()
  #saying: Timer | undefined

  constructor(members: StoreMembers, clock: Pick<Clock, 'setTimer'>, queue: TurnQueue) {
    this.#members = members
    this.#clock = clock
    this.#queue = queue
  }

  /** Somebody here follows the turn; returns how they leave. */
  follow(place: ClaimedPlace, turn: string): () => void {
    const followed = this.#here.get(turn) ?? { place, count: 0 }
    followed.count += 1
    this.#here.set(turn, followed)
    if (followed.count === 1) this.#say(place, turn, true)
    this.#sayAgain()
    let isFollowing = true
    return () => {
      if (!isFollowing) return
      isFollowing = false
      followed.count -= 1
      if (followed.count > 0) return
      this.#here.delete(turn)
      this.#say(place, turn, false)
    }
  }

  /** What another member says of a turn. */
  receive({ tenant, conversation, turn, isFollowed }: Followed, from: string): void {
    const key = JSON.stringify([from, turn])
    const known = this.#there.get(key)
    this.#there.delete(key)
    known?.timer.cancel()
    if (!isFollowed) {
      known?.leave()
      return
    }
    if (known === undefined && this.#queue.turnOf(tenant, conversation) !== turn) return
    const leave = known?.leave ?? this.#queue.follow(tenant, conversation, turn)
    const timer = this.#clock.setTimer(followedMs, () => {
      this.#there.delete(key)
      leave()
    })
    this.#there.set(key, { leave, timer })
  }

  close(): void {
    this.#saying?.cancel()
    for (const { timer } of this.#there.values()) timer.cancel()
    this.#here.clear()
    this.#there.clear()
  }

  #sayAgain(): void {
    this.#saying ??= this.#clock.setTimer(sayIntervalMs, () => {
      this.#saying = undefined
      for (const [turn, { place }] of this.#here) this.#say(place, turn, true)
      if (this.#here.size > 0) this.#sayAgain()
    })
  }

  #say(place: ClaimedPlace, turn: string, isFollowed: boolean): void {
    this.#members.publish({ type: 'turn-followed', ...place, turn, isFollowed })
  }
}
