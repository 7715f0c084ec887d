import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import { numberAt, recordAt, textAt } from '../../../definitions/fields.ts'
import { scaledValue } from '../shared/int-or-percent.ts'

export const deployments = 'deployments.apps'
export const replicaSets = 'replicasets.apps'
export const hashLabel = 'pod-template-hash'

/** How many replicas an object of this kind wants. */
export function wantedOf(object: KubernetesObject): number {
  return numberAt(recordAt(object, 'spec'), 'replicas') ?? 0
}

/** A count in an object's status. */
export function countOf(object: KubernetesObject, field: string): number {
  return numberAt(recordAt(object, 'status'), field) ?? 0
}

export function sum(
  objects: readonly KubernetesObject[],
  count: (object: KubernetesObject) => number,
): number {
  return objects.reduce((total, object) => total + count(object), 0)
}

export function isRolling(deployment: KubernetesObject): boolean {
  return recordAt(recordAt(deployment, 'spec'), 'strategy')['type'] === 'RollingUpdate'
}

/** How many pods there may be, and how many may be unavailable, beyond what is wanted. */
export function fenceposts(deployment: KubernetesObject): {
  readonly surge: number
  readonly unavailable: number
} {
  const wanted = wantedOf(deployment)
  if (!isRolling(deployment) || wanted === 0) return { surge: 0, unavailable: 0 }
  const update = recordAt(recordAt(recordAt(deployment, 'spec'), 'strategy'), 'rollingUpdate')
  const surge = scaledValue(update['maxSurge'], wanted, 'up')
  const unavailable = scaledValue(update['maxUnavailable'], wanted, 'down')
  // Something must be allowed to move.
  if (surge === 0 && unavailable === 0) return { surge, unavailable: 1 }
  return { surge, unavailable: Math.min(unavailable, wanted) }
}

/** Seconds; undefined when a rollout may take for ever. As HasProgressDeadline. */
export function progressDeadline(deployment: KubernetesObject): number | undefined {
  const seconds = numberAt(recordAt(deployment, 'spec'), 'progressDeadlineSeconds')
  return seconds === undefined || seconds === 2_147_483_647 ? undefined : seconds
}

/** Whether a ReplicaSet is of the deployment's template, its hash apart. */
export function hasTemplateOf(replicaSet: KubernetesObject, deployment: KubernetesObject): boolean {
  return deepEqual(templateOf(replicaSet), templateOf(deployment))
}

function templateOf(object: KubernetesObject): object {
  const template = recordAt(recordAt(object, 'spec'), 'template')
  const metadata = recordAt(template, 'metadata')
  const { [hashLabel]: _, ...labels } = recordAt(metadata, 'labels')
  return { ...template, metadata: { ...metadata, labels } }
}

/** Oldest first; of the same second, by name. */
export function byAge(a: KubernetesObject, b: KubernetesObject): number {
  const [first, second] = [a, b].map(
    ({ metadata }) => `${metadata.creationTimestamp} ${textAt({ ...metadata }, 'name')}`,
  ) as [string, string]
  return first < second ? -1 : first > second ? 1 : 0
}

/** A deployment's ReplicaSets: the one of its template, if there is one yet, and the others. */
export interface Generations {
  readonly current: KubernetesObject | undefined
  /** Oldest first. */
  readonly old: readonly KubernetesObject[]
}

export function generationsOf(
  deployment: KubernetesObject,
  sets: readonly KubernetesObject[],
): Generations {
  const sorted = sets.toSorted(byAge)
  const current = sorted.find((each) => hasTemplateOf(each, deployment))
  return { current, old: sorted.filter((each) => each !== current) }
}

export function allOf({ current, old }: Generations): readonly KubernetesObject[] {
  return current === undefined ? old : [...old, current]
}
