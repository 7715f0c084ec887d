import type { KubernetesObject } from '@fairlead/kube-core'

import { numberAt, recordAt, textAt } from '../../../definitions/fields.ts'
import { isActive, isReady, phaseOf } from '../shared/pod-state.ts'
import { consequenceOf } from './failure-policy.ts'
import { formatIndexes, parseIndexes } from './indexes.ts'
import { indexOf } from './job-pods.ts'

/** What has become of a Job's pods so far. */
export interface Tally {
  readonly active: readonly KubernetesObject[]
  readonly ready: number
  readonly terminating: number
  readonly succeeded: number
  /** Those that count against the limit. */
  readonly failed: number
  /** Of an indexed Job. */
  readonly completed: ReadonlySet<number>
  /** Indexes that have failed as often as they may. */
  readonly lost: ReadonlySet<number>
  /** Why the whole Job is to fail at once. */
  readonly verdict: string | undefined
}

/**
 * Counts the pods of a Job. What the status has counted already stays counted when its pod is gone.
 */
export function tallyOf(job: KubernetesObject, pods: readonly KubernetesObject[]): Tally {
  const status = recordAt(job, 'status')
  const indexed = isIndexed(job)
  const done = pods.filter((pod) => phaseOf(pod) === 'Succeeded')
  const failures = pods.filter((pod) => phaseOf(pod) === 'Failed')
  const consequences = failures.map((pod) => ({ pod, ...consequenceOf(job, pod) }))
  const counted = consequences.filter(({ action }) => action !== 'Ignore')
  const completed = new Set([
    ...parseIndexes(textAt(status, 'completedIndexes')),
    ...done.flatMap((pod) => indexOf(pod) ?? []),
  ])
  const active = pods.filter(isActive)
  return {
    active,
    ready: active.filter(isReady).length,
    terminating: pods.filter(
      (pod) => pod.metadata.deletionTimestamp !== undefined && !done.includes(pod),
    ).length,
    succeeded: indexed ? completed.size : Math.max(numberAt(status, 'succeeded') ?? 0, done.length),
    failed: Math.max(numberAt(status, 'failed') ?? 0, counted.length),
    completed,
    lost: lostOf(job, counted),
    verdict: consequences.find(({ action }) => action === 'FailJob')?.message,
  }
}

export function isIndexed(job: KubernetesObject): boolean {
  return recordAt(job, 'spec')['completionMode'] === 'Indexed'
}

/** The texts of the status about indexes. */
export function indexTexts(job: KubernetesObject, { completed, lost }: Tally): object {
  if (!isIndexed(job)) return {}
  const isLimited = recordAt(job, 'spec')['backoffLimitPerIndex'] !== undefined
  return {
    completedIndexes: formatIndexes(completed),
    ...(isLimited ? { failedIndexes: formatIndexes(lost) } : {}),
  }
}

function lostOf(
  job: KubernetesObject,
  counted: readonly { readonly pod: KubernetesObject; readonly action: string }[],
): ReadonlySet<number> {
  const lost = new Set(parseIndexes(textAt(recordAt(job, 'status'), 'failedIndexes')))
  const limit = numberAt(recordAt(job, 'spec'), 'backoffLimitPerIndex')
  if (limit === undefined) return lost
  const failures = new Map<number, number>()
  for (const { pod, action } of counted) {
    const index = indexOf(pod)
    if (index === undefined) continue
    failures.set(index, (failures.get(index) ?? 0) + 1)
    if (action === 'FailIndex') lost.add(index)
  }
  for (const [index, number] of failures) if (number > limit) lost.add(index)
  return lost
}
