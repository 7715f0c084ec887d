import type { Clock } from '@fairlead/base'
import type { Trigger } from '../queue/trigger.ts'
import type { Run, RunEnd } from './run.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A run that has a place in the history; `endRun` tells how it ended. */
export interface RecordedRun {
  readonly run: Run
  /** By the monotonic clock. */
  readonly startedMs: number
  readonly history: KeyHistory
}

interface KeyHistory {
  /** Oldest first. */
  readonly runs: Mutable<Run>[]
  bytes: number
}

interface RunHistoryLimits {
  /** Defaults to 4096. */
  readonly keys?: number
  /** Defaults to 10. */
  readonly runsPerKey?: number
  /** About how much memory all runs may take. Defaults to 4 MiB. */
  readonly bytes?: number
}

const errorLimit = 1024
const runBytes = 256
const triggerBytes = 160

/**
 * The last runs of the names that were reconciled last. Bounded by names, by runs of each, and by
 * memory; what exceeds that is forgotten, the longest-unused name first.
 */
export class RunHistory {
  readonly #clock: Clock
  readonly #limits: Required<RunHistoryLimits>
  readonly #keys = new Map<string, KeyHistory>()
  #bytes = 0

  constructor(clock: Clock, limits: RunHistoryLimits = {}) {
    this.#clock = clock
    this.#limits = { keys: 4096, runsPerKey: 10, bytes: 4 * 1024 * 1024, ...limits }
  }

  /** Begins a run of the key. */
  begin(key: string, reconcileID: string, triggers: readonly Trigger[]): RecordedRun {
    const history = this.#keys.get(key) ?? { runs: [], bytes: 0 }
    // The key becomes the last to be forgotten.
    this.#keys.delete(key)
    this.#keys.set(key, history)
    const run: Mutable<Run> = {
      reconcileID,
      startMs: this.#clock.now(),
      outcome: 'running',
      triggers,
    }
    history.runs.push(run)
    this.#grow(history, bytesOf(run))
    if (history.runs.length > this.#limits.runsPerKey) this.#forgetOldest(history)
    this.#enforce(history)
    return { run, startedMs: this.#clock.monotonicMs(), history }
  }

  /** Notes how a run ended, or that it goes on after it was abandoned. */
  end({ run, startedMs, history }: RecordedRun, { outcome, error, requeueAfterMs }: RunEnd): void {
    const ended: Mutable<Run> = run
    ended.outcome = outcome
    if (outcome !== 'abandoned') ended.durationMs = this.#clock.monotonicMs() - startedMs
    if (requeueAfterMs !== undefined) ended.requeueAfterMs = requeueAfterMs
    if (error === undefined || ended.error !== undefined) return
    ended.error = messageOf(error).slice(0, errorLimit)
    if (history.runs.includes(ended)) this.#grow(history, 2 * ended.error.length)
    this.#enforce(history)
  }

  /** The last runs of the key, newest first. */
  of(key: string): readonly Run[] {
    return (this.#keys.get(key)?.runs ?? []).map((run) => ({ ...run })).toReversed()
  }

  #grow(history: KeyHistory, bytes: number): void {
    history.bytes += bytes
    this.#bytes += bytes
  }

  #forgetOldest(history: KeyHistory): void {
    const oldest = history.runs.shift()
    if (oldest !== undefined) this.#grow(history, -bytesOf(oldest))
  }

  /** Forgets an eighth more than it must, so that it need not at every run. */
  #enforce(current: KeyHistory): void {
    const { keys, bytes } = this.#limits
    if (this.#keys.size <= keys && this.#bytes <= bytes) return
    for (const key of this.#keys.keys()) {
      if (this.#keys.size <= Math.ceil((keys * 7) / 8) && this.#bytes <= (bytes * 7) / 8) return
      const history = this.#keys.get(key)
      if (history === undefined || history === current) continue
      this.#keys.delete(key)
      this.#grow(history, -history.bytes)
      history.runs.length = 0
    }
    while (current.runs.length > 1 && this.#bytes > bytes) this.#forgetOldest(current)
  }
}

function bytesOf({ triggers, error = '' }: Run): number {
  let bytes = runBytes + triggers.length * triggerBytes + 2 * error.length
  for (const { changedFields = [] } of triggers) {
    for (const field of changedFields) bytes += 2 * field.length
  }
  return bytes
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
