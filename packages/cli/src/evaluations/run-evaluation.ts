import type { EvaluationResult, EvaluationRun } from '@fairlead/api'
import type { Clock, Timer } from '@fairlead/base'
import type { EvaluatedCase } from '@fairlead/gateway'
import { timestamp } from '@fairlead/kube-core'
import type { PromptEvaluationSettings } from '@fairlead/snapshot'
import { ClaimLost, type RunChange } from './evaluation-claim.ts'
import type { DatasetCase } from './read-cases.ts'
import { messageMax, versionResult } from './version-result.ts'
import type { WorkerCases } from './worker-cases.ts'

interface EvaluationParts {
  readonly settings: PromptEvaluationSettings
  /** As it was claimed. */
  readonly run: EvaluationRun
  /** What versions came to before; those of this very run are not run again. */
  readonly results: readonly EvaluationResult[]
  readonly cases: readonly DatasetCase[]
  readonly workers: Pick<WorkerCases, 'evaluate'>
  /** Tells how far it is. Rejects if the run is no longer ours. */
  readonly keep: (change: RunChange) => Promise<void>
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
}

/** How often others hear that it still runs. */
const renewEveryMs = 15_000
/** Others may take over a minute after they have heard it last. */
const unheardMsMax = 45_000

/** Tries every case with every version, and tells the results. Rejects when the signal aborts. */
export async function runEvaluation(parts: EvaluationParts, signal: AbortSignal): Promise<void> {
  const { cases, clock, keep, run, settings } = parts
  const wanted = parts.results.filter(({ version }) => settings.versions.includes(version))
  const results = new Map(wanted.map((result) => [result.version, result]))
  const isDone = (version: string) => results.get(version)?.runStartedAt === run.startedAt
  const total = cases.length * settings.versions.length
  let done = cases.length * settings.versions.filter(isDone).length
  const progress = (): RunChange => ({
    run: { ...run, done, total, renewedAt: timestamp(clock.now()) },
    results: [...results.values()],
  })
  const lost = new AbortController()
  const stop = AbortSignal.any([signal, lost.signal])
  let timer: Timer | undefined
  let isEnded = false
  let heardMs = clock.now()
  let telling: Promise<void> = Promise.resolve()
  // One after the other: what is told last stands.
  const tell = (): Promise<void> => {
    telling = telling.then(async () => {
      try {
        await keep(progress())
        heardMs = clock.now()
      } catch (error) {
        // An API server that restarts does not have all calls made once more.
        const isLost = error instanceof ClaimLost || clock.now() - heardMs > unheardMsMax
        if (isLost) lost.abort(error)
      }
    })
    return telling
  }
  const renew = () => {
    timer = clock.setTimer(renewEveryMs, () => {
      void tell().then(() => {
        if (!isEnded) renew()
      })
    })
  }
  renew()
  try {
    for (const version of settings.versions) {
      if (isDone(version)) continue
      const evaluated = await evaluateAll(version, parts, stop, () => (done += 1))
      const metrics = settings.metrics.map(({ name }) => name)
      results.set(version, versionResult(version, run, metrics, evaluated))
      await tell()
      stop.throwIfAborted()
    }
  } finally {
    isEnded = true
    timer?.cancel()
    await telling
  }
  const { results: told = [] } = progress()
  const problem = told.find(({ message }) => message !== undefined)
  const message = problem && `version ${problem.version}, ${problem.message}`
  const last = endedRun({ ...run, done, total }, 'Succeeded', clock.now(), message)
  await keep({ run: last, results: told })
}

/** In the order of the cases, so many at once. */
async function evaluateAll(
  version: string,
  { cases, settings, workers }: EvaluationParts,
  signal: AbortSignal,
  onDone: () => void,
): Promise<readonly EvaluatedCase[]> {
  const evaluation = `${settings.namespace}/${settings.name}`
  const evaluated: EvaluatedCase[] = []
  let next = 0
  const work = async () => {
    for (;;) {
      const index = next
      const one = cases[index]
      if (one === undefined) return
      next += 1
      const asked = { evaluation, version, ...one }
      evaluated[index] = await workers.evaluate(asked, settings.caseTimeoutMs, signal)
      onDone()
    }
  }
  await Promise.all(Array.from({ length: settings.concurrency }, work))
  return evaluated
}

/** A run that has ended now. */
export function endedRun(
  run: EvaluationRun,
  phase: 'Succeeded' | 'Failed',
  nowMs: number,
  message: string | undefined,
): EvaluationRun {
  const now = timestamp(nowMs)
  const told = message === undefined ? {} : { message: message.slice(0, messageMax) }
  return { ...run, phase, renewedAt: now, finishedAt: now, ...told }
}
