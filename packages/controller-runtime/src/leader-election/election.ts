import type { TypedObject } from '@fairlead/kube-core'
import type { SharedDeadline } from './shared-deadline.ts'

/** One candidate's part in electing a leader. */
export interface Election {
  /** Until when this process leads, if nothing more is heard. */
  readonly term: SharedDeadline
  /** Names this candidate among the others. */
  readonly identity: string
  /** The object that says who leads, for events about it: undefined until known, or if none does. */
  readonly object: TypedObject | undefined
  /**
   * Waits until this process leads, calls `onLead`, and keeps the lease until the signal aborts, then
   * resolves. Rejects with LeaderElectionLostError if it could not renew in time.
   */
  run(signal: AbortSignal, onLead: () => void): Promise<void>
  /** To be called last, when `run` has ended: ends the term, and releases the lease if it is ours. */
  release(): Promise<void>
}
