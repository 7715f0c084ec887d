import { keyOf, keyText, type ObjectKey } from '../object-key.ts'
import type { DeliveredEvent, EventDelivery, Tell } from './event-delivery.ts'

type ObjectEvent = Exclude<DeliveredEvent, string>

/** What a lane needs of an EventDelivery. */
export type LaneDelivery = Pick<EventDelivery, 'attempt' | 'count' | 'fail'>

interface Waiting {
  readonly event: ObjectEvent
  readonly tell: Tell
  next: Waiting | undefined
}

/** The events of an object whose handler runs, or that waits for its turn. */
interface Line {
  head: Waiting | undefined
  tail: Waiting | undefined
}

const concurrency = 16
const waitingLimit = 100_000

/**
 * Delivers the events of one source in turn. Handlers that answer at once are called at once. Of
 * those that return a promise at most 16 run at a time, and one at a time for an object, whose
 * events thus stay in order; one that failed is delivered again out of turn, see EventDelivery. If
 * 100,000 events wait, the controller fails.
 */
export class EventLane {
  readonly #delivery: LaneDelivery
  readonly #lines = new Map<string, Line>()
  /** Objects whose next event only waits for a place. */
  readonly #ready = new Set<string>()
  #running = 0
  #waiting = 0

  constructor(delivery: LaneDelivery) {
    this.#delivery = delivery
  }

  deliver(event: ObjectEvent, tell: Tell): void {
    if (this.#running === 0) return this.#run(event, tell)
    const key = textOf(event)
    const line = this.#lines.get(key)
    if (line === undefined && this.#running < concurrency) return this.#run(event, tell)
    if (line === undefined) this.#ready.add(key)
    this.#push(key, line ?? { head: undefined, tail: undefined }, { event, tell, next: undefined })
  }

  #push(key: string, line: Line, waiting: Waiting): void {
    if (this.#waiting >= waitingLimit) {
      const what = `${waiting.event.verb} ${key}`
      const message = `handlers are too slow: ${waitingLimit} events wait, ${what} is the next`
      return this.#delivery.fail(new Error(message))
    }
    if (line.tail === undefined) line.head = waiting
    else line.tail.next = waiting
    line.tail = waiting
    this.#lines.set(key, line)
    this.#waiting += 1
    this.#delivery.count(1)
  }

  #run(event: ObjectEvent, tell: Tell): void {
    const told = this.#delivery.attempt(event, tell)
    if (told === undefined) return
    const key = textOf(event)
    this.#running += 1
    if (!this.#lines.has(key)) this.#lines.set(key, { head: undefined, tail: undefined })
    void told.then(() => this.#ended(key))
  }

  #ended(key: string): void {
    this.#running -= 1
    if (this.#lines.get(key)?.head === undefined) this.#lines.delete(key)
    else this.#ready.add(key)
    for (const next of this.#ready) {
      if (this.#running >= concurrency) return
      this.#ready.delete(next)
      this.#take(next)
    }
  }

  /** Runs the first event of the object, and those after it as long as they are handled at once. */
  #take(key: string): void {
    const line = this.#lines.get(key)
    if (line === undefined) return
    const before = this.#running
    while (line.head !== undefined && this.#running === before) {
      const { event, tell, next } = line.head
      line.head = next
      if (next === undefined) line.tail = undefined
      this.#waiting -= 1
      this.#delivery.count(-1)
      this.#run(event, tell)
    }
    if (this.#running === before) this.#lines.delete(key)
  }
}

function textOf({ object }: ObjectEvent): string {
  const key: ObjectKey = keyOf(object)
  return keyText(key)
}
