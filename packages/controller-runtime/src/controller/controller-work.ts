import type { HeldItem } from '../queue/work-queue.ts'

/** What a controller does and has yet to do, at one moment: for tests and people. */
export interface ControllerWork {
  readonly controller: string
  /** Whether its sources have enqueued what exists and its workers take requests. */
  readonly started: boolean
  /** How many reconciles it has begun so far. */
  readonly reconciles: number
  /** How many events handlers are still at, or are to be delivered again because one threw. */
  readonly undelivered: number
  /** What its queue holds: names of objects, or requests of another type; undefined for a queue that does not tell. */
  readonly requests: readonly HeldItem<object>[] | undefined
}
