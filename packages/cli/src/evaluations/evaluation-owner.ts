import type { EvaluationRun, PromptEvaluation } from '@fairlead/api'
import type { Clock, Logger, Timer } from '@fairlead/base'
import type { Client } from '@fairlead/controller-runtime'
import type { SnapshotSource } from '@fairlead/gateway'
import { nextMoment, parseCronSchedule, timestamp } from '@fairlead/kube-core'
import type { PromptEvaluationSettings } from '@fairlead/snapshot'
import type { ConfigMapSource } from '../config-source/config-map-source.ts'
import type { EvaluationNews, EvaluationReply } from '../worker-messages/evaluation-messages.ts'
import { EvaluationClaims } from './evaluation-claim.ts'
import { readCases } from './read-cases.ts'
import { endedRun, runEvaluation } from './run-evaluation.ts'
import { WorkerCases } from './worker-cases.ts'

interface EvaluationOwnerOptions {
  /** Where results are told; undefined without a Kubernetes API, where nothing is run. */
  readonly client: Client | undefined
  readonly snapshots: SnapshotSource
  readonly configMaps: ConfigMapSource
  /** Unique among the gateways of a cluster, and the same after a restart. */
  readonly holder: string
  readonly clock: Clock
  readonly logger: Logger
}

/** How often it is looked whether one is due, or its holder gone. */
const lookEveryMs = 10_000
/** A holder that was not heard of for so long is gone. */
const holderGoneMs = 60_000

/** What is known of an evaluation that need not be run now. */
interface Settled {
  readonly generation: number
  /** When it is to be looked at again, in Unix milliseconds; undefined for not before it changes. */
  readonly againMs: number | undefined
}

/**
 * Runs the PromptEvaluations of the configuration when they have changed or are due: of all gateways
 * of a cluster one, whose claim stands in the status. What a gateway began that is gone, another one
 * goes on with, and tries no version again that was finished.
 */
export class EvaluationOwner {
  readonly #options: EvaluationOwnerOptions
  readonly #claims: EvaluationClaims | undefined
  readonly #workers: WorkerCases
  readonly #settled = new Map<string, Settled>()
  readonly #running = new Map<
    string,
    { readonly generation: number; readonly stop: AbortController }
  >()
  readonly #work = new Set<Promise<void>>()
  readonly #unsubscribe: readonly (() => void)[]
  /** Those whose cases could not be read; they are run when a ConfigMap has changed. */
  readonly #waiting = new Set<string>()
  /** Those whose prompt lacked a version; they are run when it is there. */
  readonly #lacking = new Set<string>()
  readonly #retried = new Set<string>()
  #timer: Timer | undefined
  #isClosed = false
  #hasToldWhy = false

  constructor(options: EvaluationOwnerOptions) {
    const { client, clock, configMaps, holder, snapshots } = options
    this.#options = options
    this.#workers = new WorkerCases(clock)
    this.#claims = client && new EvaluationClaims(client, holder)
    this.#unsubscribe = [
      snapshots.subscribe(() => this.#look()),
      configMaps.subscribe(() => this.#retry()),
    ]
    this.#look()
  }

  connect(send: (news: EvaluationNews) => void): {
    receive(reply: EvaluationReply): void
    left(): void
  } {
    return this.#workers.join(send)
  }

  /** What runs is gone on with at the next start, or by another gateway. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#timer?.cancel()
    for (const { stop } of this.#running.values()) stop.abort(new Error('the gateway stops'))
    await Promise.all(this.#work)
  }

  #look(): void {
    this.#timer?.cancel()
    if (this.#isClosed) return
    const { clock, snapshots } = this.#options
    const evaluations = snapshots.current()?.promptEvaluations
    if (evaluations !== undefined && evaluations.size > 0) {
      this.#retryComplete(evaluations)
      this.#lookAt(evaluations)
    }
    this.#timer = clock.setTimer(lookEveryMs, () => this.#look())
  }

  #retry(): void {
    for (const key of this.#waiting) {
      this.#retried.add(key)
      this.#settled.delete(key)
    }
    this.#waiting.clear()
    this.#look()
  }

  #retryComplete(evaluations: ReadonlyMap<string, PromptEvaluationSettings>): void {
    for (const key of this.#lacking) {
      const settings = evaluations.get(key)
      if (settings !== undefined && this.#lackedVersions(settings).length > 0) continue
      this.#lacking.delete(key)
      if (settings === undefined) continue
      this.#retried.add(key)
      this.#settled.delete(key)
    }
  }

  /** Versions of an evaluation that its prompt does not have. */
  #lackedVersions({ prompt, versions }: PromptEvaluationSettings): readonly string[] {
    const known = this.#options.snapshots.current()?.promptTemplates.get(prompt)?.versions
    return versions.filter((version) => known?.has(version) !== true)
  }

  #lookAt(evaluations: ReadonlyMap<string, PromptEvaluationSettings>): void {
    const { clock, logger } = this.#options
    const claims = this.#claims
    if (claims === undefined) {
      if (!this.#hasToldWhy) {
        logger.warn({}, 'PromptEvaluations are not run without a Kubernetes API to tell results to')
      }
      this.#hasToldWhy = true
      return
    }
    for (const [key, { generation, stop }] of this.#running) {
      if (evaluations.get(key)?.generation !== generation) stop.abort(new Error('it has changed'))
    }
    for (const key of this.#settled.keys()) if (!evaluations.has(key)) this.#settled.delete(key)
    for (const [key, settings] of evaluations) {
      const settled = this.#settled.get(key)
      const isSettled = settled?.generation === settings.generation
      const isDue = settled?.againMs !== undefined && settled.againMs <= clock.now()
      if (this.#running.has(key) || (isSettled && !isDue)) continue
      this.#begin(key, settings, claims)
    }
  }

  #begin(key: string, settings: PromptEvaluationSettings, claims: EvaluationClaims): void {
    const stop = new AbortController()
    const { generation } = settings
    this.#running.set(key, { generation, stop })
    const isRetried = this.#retried.delete(key)
    const work = this.#consider(settings, claims, isRetried, stop.signal)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) {
          this.#options.logger.warn({ evaluation: key, err: error }, 'an evaluation was not run')
        }
        return this.#later(generation)
      })
      .then((settled) => {
        this.#running.delete(key)
        this.#work.delete(work)
        if (stop.signal.aborted) return this.#look()
        this.#settled.set(key, settled)
      })
    this.#work.add(work)
  }

  #later(generation: number): Settled {
    return { generation, againMs: this.#options.clock.now() + lookEveryMs }
  }

  /** Runs it if it is to be run here and now. */
  async #consider(
    settings: PromptEvaluationSettings,
    claims: EvaluationClaims,
    isRetried: boolean,
    signal: AbortSignal,
  ): Promise<Settled> {
    const { clock } = this.#options
    const { generation } = settings
    const evaluation = await claims.read(settings)
    // What is read may be newer than the configuration, which follows.
    if (evaluation === undefined || evaluation.metadata.generation !== generation) {
      return this.#later(generation)
    }
    const run = this.#nextRun(evaluation, settings, isRetried)
    if (!('phase' in run)) return run
    const cases = this.#casesOf(settings)
    if (typeof cases === 'string') {
      const failed = endedRun(run, 'Failed', clock.now(), cases)
      if (!(await claims.take(evaluation, { run: failed }))) return this.#later(generation)
      return { generation, againMs: nextDueMs(settings, clock.now()) }
    }
    const results = evaluation.status?.results ?? []
    // A merge patch keeps what it does not name: what an earlier run ended with is taken away.
    const claimed = { ...run, finishedAt: null, message: null } as unknown as EvaluationRun
    if (!(await claims.take(evaluation, { run: claimed }))) return this.#later(generation)
    await runEvaluation(
      {
        settings,
        run,
        results,
        cases,
        workers: this.#workers,
        keep: (change) => claims.keep(settings, change),
        clock,
      },
      signal,
    )
    return { generation, againMs: nextDueMs(settings, Date.parse(run.startedAt)) }
  }

  /** The cases, or why they cannot be tried. */
  #casesOf(settings: PromptEvaluationSettings): ReturnType<typeof readCases> | string {
    const { dataset, name, namespace, prompt } = settings
    const lacked = this.#lackedVersions(settings)
    if (lacked.length > 0) {
      this.#lacking.add(`${namespace}/${name}`)
      return `the prompt ${prompt} has no version ${lacked.join(', ')}; it is run when it has`
    }
    try {
      return readCases(this.#options.configMaps.data(dataset), dataset)
    } catch (error) {
      this.#waiting.add(`${namespace}/${name}`)
      return error instanceof Error ? error.message : String(error)
    }
  }

  /** The run to begin or to go on with, or when to look again. */
  #nextRun(
    { status }: PromptEvaluation,
    settings: PromptEvaluationSettings,
    isRetried: boolean,
  ): EvaluationRun | Settled {
    const { clock, holder } = this.#options
    const { generation } = settings
    const nowMs = clock.now()
    const last = status?.run
    const now = timestamp(nowMs)
    // It tells runs apart.
    const startedAtMs = Math.max(nowMs, last === undefined ? 0 : Date.parse(last.startedAt) + 1)
    const startedAt = new Date(startedAtMs).toISOString()
    const anew: EvaluationRun = {
      holder,
      generation,
      phase: 'Running',
      startedAt,
      renewedAt: now,
      done: 0,
      total: 0,
    }
    if (last === undefined) return anew
    if (last.phase === 'Running') {
      const isHeld = last.holder !== holder && nowMs - Date.parse(last.renewedAt) < holderGoneMs
      if (isHeld) return this.#later(generation)
      return last.generation === generation ? { ...last, holder, renewedAt: now } : anew
    }
    if (last.generation !== generation || isRetried) return anew
    const againMs = nextDueMs(settings, Date.parse(last.startedAt))
    return againMs !== undefined && againMs <= nowMs ? anew : { generation, againMs }
  }
}

function nextDueMs({ schedule }: PromptEvaluationSettings, afterMs: number): number | undefined {
  return schedule === undefined
    ? undefined
    : nextMoment(parseCronSchedule(schedule), afterMs, 'UTC')
}
