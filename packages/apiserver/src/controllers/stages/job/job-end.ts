import type { KubernetesObject } from '@fairlead/kube-core'

import { numberAt, recordAt, textAt } from '../../../definitions/fields.ts'
import { isIndexed, type Tally } from './job-tally.ts'

/** How a Job has ended. */
export interface JobEnd {
  readonly type: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

/** Undefined while it goes on. @param nowMs milliseconds since the epoch */
export function endOf(job: KubernetesObject, tally: Tally, nowMs: number): JobEnd | undefined {
  const spec = recordAt(job, 'spec')
  const failed = (reason: string, message: string): JobEnd => ({ type: 'Failed', reason, message })
  if (tally.verdict !== undefined) return failed('PodFailurePolicy', tally.verdict)
  if (tally.failed > (numberAt(spec, 'backoffLimit') ?? 6)) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  }
  const restMs = deadlineInMs(job, nowMs)
  if (restMs !== undefined && restMs <= 0) {
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline')
  }
  const most = numberAt(spec, 'maxFailedIndexes')
  if (most !== undefined && tally.lost.size > most) {
    return failed(
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    )
  }
  const completions = numberAt(spec, 'completions')
  if (isIndexed(job) && tally.lost.size > 0 && completions !== undefined) {
    const open = completions - new Set([...tally.completed, ...tally.lost]).size
    if (open === 0) return failed('FailedIndexes', 'Job has failed indexes')
  }
  return isComplete(completions, tally)
    ? {
        type: 'Complete',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      }
    : undefined
}

/** Without a number, one success is enough, when the others have ended too. */
function isComplete(completions: number | undefined, tally: Tally): boolean {
  if (completions !== undefined) return tally.succeeded >= completions
  return tally.succeeded > 0 && tally.active.length === 0
}

/** Until the Job may not be active any longer; undefined where it may be for ever. */
export function deadlineInMs(job: KubernetesObject, nowMs: number): number | undefined {
  const seconds = numberAt(recordAt(job, 'spec'), 'activeDeadlineSeconds')
  const startTime = textAt(recordAt(job, 'status'), 'startTime')
  if (seconds === undefined || startTime === '') return undefined
  return Date.parse(startTime) + seconds * 1000 - nowMs
}
