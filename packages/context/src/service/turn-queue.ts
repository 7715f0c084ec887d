import type { Clock, Timer } from '@fairlead/base'
import { HoldTimes } from './hold-times.ts'

/** What a message does when another turn of its conversation runs. */
export type ConcurrencyMode = 'Queue' | 'Interrupt' | 'Reject'

/**
 * Why a running turn is to end: somebody cancelled it, a newer message interrupts it, its callers have
 * all left and a newer message waits, or its place is lost to another replica.
 */
export type YieldCause = 'cancelled' | 'interrupted' | 'left' | 'lost'

/** A call that wants to run a turn. */
export interface QueuedCall {
  readonly tenant: string
  readonly conversation: string
  /** Size of what is held while it waits. */
  readonly bytes: number
  readonly mode: ConcurrencyMode
  /**
   * It may run its turn now. Called once, and never before `enter` has returned. `evicted`: the one
   * before it did not end in time, so its turn may still be stored as running.
   */
  granted(evicted: boolean): void
  /** It is to end its turn and leave. May be called more than once, and before a turn has begun. */
  giveWay(cause: YieldCause): void
  /** It has not left in time: its place has been taken from it. */
  evicted?(): void
}

/** The place of one call, from `enter` to `leave`. */
export interface QueuePlace {
  /** `refused` has no place: nothing is to be left. */
  readonly state: 'granted' | 'waiting' | 'refused'
  /** The turn that runs in it has been stored. */
  began(turn: string): void
  /** Whether its caller has left, so that it gives way to the next unless others follow it. */
  setAbandoned(isAbandoned: boolean): void
  /**
   * Whether it has the place in this queue alone, and waits for another that does not use it: then it
   * runs nothing, so that nothing is to give way, and a call that interrupts goes before it.
   */
  setTentative(isTentative: boolean): void
  /** Gives the place to the next. Safe to call more than once. */
  leave(): void
}

/** How long a turn may take to end when it is to give way, before its place is given away. */
const yieldWaitMs = 2000

/** Most calls that wait, and most bytes that they hold: in one conversation, and in all. */
const bounds = {
  conversation: { calls: 256, bytes: 64 * 1024 * 1024 },
  all: { calls: 10_000, bytes: 256 * 1024 * 1024 },
}

/**
 * One turn at a time in each conversation: those that want to run wait in the order in which they
 * came, and each is woken by the one before it. A call that interrupts goes before those that queue.
 */
export class TurnQueue {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  readonly #lines = new Map<string, Line>()
  readonly #holdTimes = new HoldTimes()
  readonly #waiting = { calls: 0, bytes: 0 }

  constructor(clock: Pick<Clock, 'monotonicMs' | 'setTimer'>) {
    this.#clock = clock
  }

  enter(call: QueuedCall): QueuePlace {
    const key = keyOf(call.tenant, call.conversation)
    const line = this.#lines.get(key) ?? new Line()
    const place = new Place(call, {
      gone: () => this.#leave(line, place),
      changed: () => this.#pressHolder(line),
    })
    if (line.holder === undefined) {
      this.#lines.set(key, line)
      this.#hold(line, place)
      return place
    }
    if (this.#refuses(line, call)) {
      place.state = 'refused'
      return place
    }
    if (this.#goesBefore(line.holder, call)) {
      this.#putBack(line, line.holder)
      this.#hold(line, place)
      return place
    }
    line.add(place)
    this.#count(place, 1)
    this.#pressHolder(line)
    return place
  }

  /**
   * Tells what runs to end, if it is this turn or none is named. Resolves when it has left, which
   * takes no longer than it is given for that; at once if nothing runs.
   */
  cancel(tenant: string, conversation: string, turn: string | undefined): Promise<void> {
    const line = this.#lines.get(keyOf(tenant, conversation))
    const holder = line?.holder
    if (line === undefined || holder === undefined) return Promise.resolve()
    if (turn !== undefined && holder.turn !== turn) return Promise.resolve()
    this.#press(line, holder, 'cancelled')
    return holder.left
  }

  /** Tells what runs to end, because its place is lost. */
  lose(tenant: string, conversation: string): void {
    const line = this.#lines.get(keyOf(tenant, conversation))
    if (line?.holder !== undefined) this.#press(line, line.holder, 'lost')
  }

  /** Whether a call waits for the place that is not in this queue, and how; undefined for none. */
  setOutside(tenant: string, conversation: string, mode: ConcurrencyMode | undefined): void {
    const line = this.#lines.get(keyOf(tenant, conversation))
    if (line === undefined) return
    line.outside = mode
    this.#pressHolder(line)
  }

  /** Whether nobody listens to what runs. */
  isAbandoned(tenant: string, conversation: string): boolean {
    return this.#lines.get(keyOf(tenant, conversation))?.holder?.isAbandoned === true
  }

  /** Somebody else listens to a turn that runs; returns how they leave. */
  follow(tenant: string, conversation: string, turn: string): () => void {
    const holder = this.#lines.get(keyOf(tenant, conversation))?.holder
    return holder?.turn === turn ? holder.follow() : () => {}
  }

  /** In how many seconds a call that is refused now should try again; 1 to 60. */
  retryAfterSeconds(tenant: string, conversation: string): number {
    const line = this.#lines.get(keyOf(tenant, conversation))
    if (line?.holder === undefined) return 1
    const heldMs = this.#clock.monotonicMs() - line.holder.sinceMs
    return this.#holdTimes.retryAfterSeconds(heldMs, line.waiting.length)
  }

  /** The place that the turn of a conversation runs in. */
  holderOf(tenant: string, conversation: string): QueuePlace | undefined {
    return this.#lines.get(keyOf(tenant, conversation))?.holder
  }

  /** The turn that runs in a conversation, once it has begun. */
  turnOf(tenant: string, conversation: string): string | undefined {
    return this.#lines.get(keyOf(tenant, conversation))?.holder?.turn
  }

  #refuses({ holder, waiting, bytes }: Line, call: QueuedCall): boolean {
    const gives = holder?.isAbandoned === true && waiting.length === 0
    if (call.mode === 'Reject' && !gives) return true
    const { conversation, all } = bounds
    return (
      waiting.length >= conversation.calls ||
      bytes + call.bytes > conversation.bytes ||
      this.#waiting.calls >= all.calls ||
      this.#waiting.bytes + call.bytes > all.bytes
    )
  }

  #goesBefore(holder: Place, { mode }: QueuedCall): boolean {
    return holder.isTentative && mode === 'Interrupt' && holder.call.mode !== 'Interrupt'
  }

  #putBack(line: Line, holder: Place): void {
    holder.state = 'waiting'
    line.add(holder, true)
    this.#count(holder, 1)
  }

  #hold(line: Line, place: Place): void {
    place.state = 'granted'
    place.sinceMs = this.#clock.monotonicMs()
    line.holder = place
  }

  /** What runs ends at once where nobody listens to it or the next one interrupts it. */
  #pressHolder(line: Line): void {
    const { holder, waiting, outside } = line
    const next = waiting[0]?.call.mode ?? outside
    if (holder === undefined || holder.isTentative || next === undefined) return
    const isInterrupted = next === 'Interrupt' || outside === 'Interrupt'
    if (isInterrupted) this.#press(line, holder, 'interrupted')
    else if (holder.isAbandoned) this.#press(line, holder, 'left')
  }

  #press(line: Line, holder: Place, cause: YieldCause): void {
    holder.evictTimer ??= this.#clock.setTimer(yieldWaitMs, () => {
      this.#end(line, holder, true)
    })
    holder.call.giveWay(cause)
  }

  #leave(line: Line, place: Place): void {
    if (line.holder === place) {
      this.#holdTimes.note(this.#clock.monotonicMs() - place.sinceMs)
      this.#end(line, place, false)
    } else if (line.remove(place)) {
      this.#count(place, -1)
    }
  }

  #end(line: Line, holder: Place, evicted: boolean): void {
    holder.evictTimer?.cancel()
    holder.settle()
    line.holder = undefined
    const next = line.waiting[0]
    if (next === undefined) {
      this.#lines.delete(keyOf(holder.call.tenant, holder.call.conversation))
    } else {
      line.remove(next)
      this.#count(next, -1)
      this.#hold(line, next)
      next.call.granted(evicted)
      this.#pressHolder(line)
    }
    if (evicted) holder.call.evicted?.()
  }

  #count({ call }: Place, by: 1 | -1): void {
    this.#waiting.calls += by
    this.#waiting.bytes += by * call.bytes
  }
}

/** Those of one conversation. */
class Line {
  holder: Place | undefined
  /** In the order in which they will run. */
  readonly waiting: Place[] = []
  outside: ConcurrencyMode | undefined
  bytes = 0

  add(place: Place, wasFirst = false): void {
    const isFirst = (one: Place) => one.call.mode === 'Interrupt'
    const goesFirst = isFirst(place) || wasFirst
    const at = goesFirst ? this.waiting.filter(isFirst).length : this.waiting.length
    this.waiting.splice(at, 0, place)
    this.bytes += place.call.bytes
  }

  remove(place: Place): boolean {
    const at = this.waiting.indexOf(place)
    if (at < 0) return false
    this.waiting.splice(at, 1)
    this.bytes -= place.call.bytes
    return true
  }
}

interface PlaceEvents {
  readonly gone: () => void
  readonly changed: () => void
}

class Place implements QueuePlace {
  state: QueuePlace['state'] = 'waiting'
  readonly call: QueuedCall
  readonly left: Promise<void>
  readonly settle: () => void
  /** Since when it has had the place. */
  sinceMs = 0
  turn: string | undefined
  isTentative = false
  evictTimer: Timer | undefined
  readonly #events: PlaceEvents
  #callerHasLeft = false
  #followers = 0

  constructor(call: QueuedCall, events: PlaceEvents) {
    this.call = call
    this.#events = events
    const { promise, resolve } = Promise.withResolvers<void>()
    this.left = promise
    this.settle = resolve
  }

  /** Nobody listens to what runs in it. */
  get isAbandoned(): boolean {
    return this.#callerHasLeft && this.#followers === 0
  }

  began(turn: string): void {
    this.turn = turn
  }

  setAbandoned(isAbandoned: boolean): void {
    this.#callerHasLeft = isAbandoned
    this.#events.changed()
  }

  setTentative(isTentative: boolean): void {
    this.isTentative = isTentative
    this.#events.changed()
  }

  follow(): () => void {
    let isFollowing = true
    this.#followers += 1
    return () => {
      if (!isFollowing) return
      isFollowing = false
      this.#followers -= 1
      this.#events.changed()
    }
  }

  leave(): void {
    this.#events.gone()
  }
}

/** JSON, so that no tenant or id with a separator in it can imitate another pair. */
function keyOf(tenant: string, conversation: string): string {
  return JSON.stringify([tenant, conversation])
}
