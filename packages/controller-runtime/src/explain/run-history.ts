import { type Clock, TokenBucket } from '@fairlead/base'
import { GenerationMap } from '../generation-map.ts'
import type { Trigger } from '../queue/trigger.ts'
import type { Run, RunEnd, RunOutcome } from './run.ts'

/** A run that has a place in the history, which `end` fills in. */
export interface RecordedRun {
  readonly reconcileID: string
  readonly startMs: number
  /** By the monotonic clock. */
  readonly startedMs: number
  readonly triggers: readonly Trigger[]
  outcome: RunOutcome
  durationMs: number | undefined
  error: string | undefined
  requeueAfterMs: number | undefined
}

interface KeyHistory {
  /** Oldest first. */
  readonly runs: RecordedRun[]
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
/** What is recorded at once, and then one in half a millisecond: less than a hundredth of the time. */
const burst = 4096
const refillMs = 0.5
const runBytes = 256
const triggerBytes = 160

/**
 * The last runs of the names that were reconciled last. Bounded by names, by runs of each, and by
 * memory, and in time: of more than 2000 runs in a second, not all are recorded.
 */
export class RunHistory {
  readonly #clock: Clock
  readonly #limits: Required<RunHistoryLimits>
  readonly #keys: GenerationMap<KeyHistory>
  readonly #budget: TokenBucket

  constructor(clock: Clock, limits: RunHistoryLimits = {}) {
    this.#clock = clock
    this.#limits = { keys: 4096, runsPerKey: 10, bytes: 4 * 1024 * 1024, ...limits }
    this.#budget = new TokenBucket(burst, refillMs, clock.monotonicMs())
    const { keys, bytes: weight } = this.#limits
    this.#keys = new GenerationMap({ keys, weight, weightOf: ({ bytes }) => bytes })
  }

  /** Begins a run of the key. */
  begin(key: string, reconcileID: string, triggers: readonly Trigger[]): RecordedRun {
    const run: RecordedRun = {
      reconcileID,
      startMs: this.#clock.now(),
      startedMs: this.#clock.monotonicMs(),
      triggers,
      outcome: 'running',
      durationMs: undefined,
      error: undefined,
      requeueAfterMs: undefined,
    }
    if (!this.#budget.take(run.startedMs)) return run
    const bytes = bytesOf(run)
    const history = this.#keys.get(key)
    if (history === undefined) this.#keys.set(key, { runs: [run], bytes })
    else this.#push(history, run, bytes)
    return run
  }

  /** Notes how a run ended, or that it goes on after it was abandoned; returns how long it took. */
  end(key: string, run: RecordedRun, { outcome, error, requeueAfterMs }: RunEnd): number {
    const tookMs = this.#clock.monotonicMs() - run.startedMs
    run.outcome = outcome
    if (outcome !== 'abandoned') run.durationMs = tookMs
    run.requeueAfterMs = requeueAfterMs
    if (error !== undefined && run.error === undefined) this.#noteError(key, run, error)
    return tookMs
  }

  /** The last runs of the key, newest first. */
  of(key: string): readonly Run[] {
    return (this.#keys.peek(key)?.runs ?? []).map(readable).toReversed()
  }

  #push(history: KeyHistory, run: RecordedRun, bytes: number): void {
    history.runs.push(run)
    this.#grow(history, bytes)
    if (history.runs.length > this.#limits.runsPerKey) this.#forgetOldest(history)
    while (history.runs.length > 1 && history.bytes > this.#limits.bytes / 2) {
      this.#forgetOldest(history)
    }
  }

  #noteError(key: string, run: RecordedRun, error: unknown): void {
    run.error = (error instanceof Error ? error.message : String(error)).slice(0, errorLimit)
    const history = this.#keys.peek(key)
    if (history?.runs.includes(run)) this.#grow(history, 2 * run.error.length)
  }

  #grow(history: KeyHistory, bytes: number): void {
    history.bytes += bytes
    this.#keys.grow(bytes)
  }

  #forgetOldest(history: KeyHistory): void {
    const oldest = history.runs.shift()
    if (oldest !== undefined) this.#grow(history, -bytesOf(oldest))
  }
}

function bytesOf({ triggers, error }: RecordedRun): number {
  let bytes = runBytes + triggers.length * triggerBytes
  if (error !== undefined) bytes += 2 * error.length
  for (const { changedFields } of triggers) {
    if (changedFields === undefined) continue
    for (const field of changedFields) bytes += 2 * field.length
  }
  return bytes
}

function readable(recorded: RecordedRun): Run {
  const { reconcileID, startMs, durationMs, outcome, error, requeueAfterMs, triggers } = recorded
  return {
    reconcileID,
    startMs,
    outcome,
    triggers,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(error === undefined ? {} : { error }),
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
  }
}
