import type { Trigger } from '../queue/trigger.ts'

/**
 * How a run ended, in the words of `controller_runtime_reconcile_total`, or that it has not:
 * `abandoned` if its deadline has passed, and it goes on nevertheless.
 */
export type RunOutcome =
  | 'running'
  | 'abandoned'
  | 'success'
  | 'error'
  | 'terminal_error'
  | 'requeue'
  | 'requeue_after'
  | 'stopped'

/** One call of a reconciler. */
export interface Run {
  readonly reconcileID: string
  /** Wall time in milliseconds since the epoch. */
  readonly startMs: number
  /** Absent while it runs. */
  readonly durationMs?: number
  readonly outcome: RunOutcome
  /** The message of the error it failed with, cut after 1024 characters. */
  readonly error?: string
  /** After how long it asked to be called again. */
  readonly requeueAfterMs?: number
  /** Why it ran, oldest first, at most eight. */
  readonly triggers: readonly Trigger[]
}

/** What is known of a run at its end. */
export type RunEnd = Pick<Run, 'outcome' | 'requeueAfterMs'> & { readonly error?: unknown }
