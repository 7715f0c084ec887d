import type { Clock } from '@fairlead/base'
import { type QueuedCall, type QueuePlace, TurnQueue } from '../service/turn-queue.ts'
import type { ClaimedPlace, StoreMembers } from '../stores/store-members.ts'
import { FollowedElsewhere } from './followed-elsewhere.ts'
import { placeMessageOf } from './place-messages.ts'
import { SharedCall } from './shared-call.ts'
import { SharedLine } from './shared-line.ts'

/** Longer than a turn is given to leave its place, wherever it runs. */
const cancelWaitMs = 2500
/** How often it is looked whether a turn that another replica runs has ended. */
const cancelPollMs = 50

/** The most claims that are remembered because they could not be released. */
const unreleasedMax = 10_000

interface SharedPlacesOptions {
  readonly members: StoreMembers
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  /** Whether a turn of the conversation is stored as running: this one, or any if none is named. */
  readonly isRunning: (place: ClaimedPlace, turn: string | undefined) => Promise<boolean>
}

/**
 * The places of a store that several replicas share, for the calls of this one: as a `TurnQueue`, whose
 * first call of each conversation then needs the place in the store.
 */
export class SharedPlaces {
  readonly #options: SharedPlacesOptions
  readonly #queue: TurnQueue
  readonly #lines = new Map<string, SharedLine>()
  readonly #followed: FollowedElsewhere
  readonly #unreleased = new Map<string, ClaimedPlace>()
  readonly #stop: readonly (() => void)[]
  #claims = 0

  constructor(options: SharedPlacesOptions) {
    const { members, clock } = options
    this.#options = options
    this.#queue = new TurnQueue(clock)
    this.#followed = new FollowedElsewhere(members, clock, this.#queue)
    this.#stop = [
      members.subscribe((message, from) => {
        const told = placeMessageOf(message)
        if (told === undefined) return
        const line = this.#lines.get(keyOf(told))
        if (told.type === 'turn-followed') this.#followed.receive(told, from)
        else if (told.type !== 'place-cancel') line?.receive(told, from)
        else if (line?.hasPlace === true) {
          void this.#queue.cancel(told.tenant, told.conversation, told.turn ?? undefined)
        }
      }),
      members.onGap(() => void this.keep()),
    ]
  }

  /** Whether it is refused is known when it is `decided`. */
  enter(call: QueuedCall): SharedCall {
    const line = this.#lineOf(call)
    const mine: SharedCall = new SharedCall(call, { leave: (one) => line.leave(one) })
    const place = this.#queue.enter({
      ...call,
      granted: (evicted) => {
        mine.followsEviction ||= evicted
        line.next(mine)
      },
      evicted: () => line.evicted(mine),
    })
    mine.place = place
    if (place.state === 'granted') line.next(mine)
    else mine.decide(place.state)
    return mine
  }

  /** As of `TurnQueue`, wherever the turn runs. */
  async cancel(tenant: string, conversation: string, turn: string | undefined): Promise<void> {
    const place = { tenant, conversation }
    if (this.#lines.get(keyOf(place))?.hasPlace === true) {
      return this.#queue.cancel(tenant, conversation, turn)
    }
    const { members, clock, isRunning } = this.#options
    members.publish({ type: 'place-cancel', ...place, turn: turn ?? null })
    const untilMs = clock.monotonicMs() + cancelWaitMs
    while (clock.monotonicMs() < untilMs && (await isRunning(place, turn))) {
      await new Promise<void>((resolve) => clock.setTimer(cancelPollMs, resolve))
    }
  }

  /** As of `TurnQueue`, wherever the turn runs. */
  follow(tenant: string, conversation: string, turn: string): () => void {
    const place = { tenant, conversation }
    return this.#lines.get(keyOf(place))?.hasPlace === true
      ? this.#queue.follow(tenant, conversation, turn)
      : this.#followed.follow(place, turn)
  }

  retryAfterSeconds(tenant: string, conversation: string): number {
    return this.#queue.retryAfterSeconds(tenant, conversation)
  }

  holderOf(tenant: string, conversation: string): QueuePlace | undefined {
    return this.#queue.holderOf(tenant, conversation)
  }

  /** The turn that this replica runs in the conversation, once it has begun. */
  turnOf(tenant: string, conversation: string): string | undefined {
    return this.#queue.turnOf(tenant, conversation)
  }

  /** Whether this replica has the conversation's place in the store. */
  hasPlace(tenant: string, conversation: string): boolean {
    return this.#lines.get(keyOf({ tenant, conversation }))?.hasPlace === true
  }

  /** Claims again what this replica has, after it may have been lost. Never rejects. */
  async keep(): Promise<void> {
    const lines = [...this.#lines.values()]
    await Promise.all([...lines.map((line) => line.keep()), this.releaseLeft()])
  }

  /** Releases what could not be released before. Never rejects. */
  async releaseLeft(): Promise<void> {
    for (const [claim, place] of this.#unreleased) {
      try {
        await this.#options.members.release(place, claim)
        this.#unreleased.delete(claim)
      } catch {
        return
      }
    }
  }

  /** The store has not been reached for so long that others may have the places of this replica. */
  loseAll(): void {
    for (const line of this.#lines.values()) line.lose()
  }

  close(): void {
    for (const stop of this.#stop) stop()
    this.#followed.close()
    for (const line of this.#lines.values()) line.stop()
  }

  #lineOf({ tenant, conversation }: ClaimedPlace): SharedLine {
    const place = { tenant, conversation }
    const key = keyOf(place)
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    const { members, clock } = this.#options
    const line: SharedLine = new SharedLine({
      place,
      members,
      queue: this.#queue,
      clock,
      newClaim: () => `${++this.#claims}`,
      unreleased: (claim) => {
        if (this.#unreleased.size < unreleasedMax) this.#unreleased.set(claim, place)
      },
      ended: () => {
        if (this.#lines.get(key) === line) this.#lines.delete(key)
      },
    })
    this.#lines.set(key, line)
    return line
  }
}

/** JSON, so that no tenant or id with a separator in it can imitate another pair. */
function keyOf({ tenant, conversation }: ClaimedPlace): string {
  return JSON.stringify([tenant, conversation])
}
