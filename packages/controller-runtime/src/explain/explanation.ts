import type { Trigger } from '../queue/trigger.ts'
import type { Run } from './run.ts'

/** What is asked: an object, of one controller or of all. */
export interface ExplainRequest {
  /** Only this controller; all by default. */
  readonly controller?: string
  readonly namespace?: string
  readonly name: string
  /** The cluster that has the object; the manager's own by default. */
  readonly cluster?: string
}

/** The next run of a name. */
export interface NextRun {
  /** Wall time in milliseconds since the epoch; in the past if it waits for a worker. */
  readonly dueMs: number
  /** `waiting` for its time, `ready` for a worker, or `blocked` by a run of the same name. */
  readonly state: 'waiting' | 'ready' | 'blocked'
  readonly priority: number
  /** Why, oldest first, at most eight. */
  readonly triggers: readonly Trigger[]
}

/** Why a controller did what it did with an object, and what it will do. */
export interface Explanation {
  readonly controller: string
  /** `namespace/name`, or only the name; after `cluster://name/` in another cluster. */
  readonly object: string
  readonly running: boolean
  /** Failures since the last success. */
  readonly failures: number
  /** Absent if nothing is queued. */
  readonly next?: NextRun
  /** The last ones, newest first, at most ten. */
  readonly runs: readonly Run[]
}
