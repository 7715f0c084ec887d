import type { KubernetesObject } from '@fairlead/kube-core'

import { fenceposts, wantedOf } from './deployment-view.ts'

export const revisionAnnotation = 'deployment.kubernetes.io/revision'
const historyAnnotation = 'deployment.kubernetes.io/revision-history'
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
const maxAnnotation = 'deployment.kubernetes.io/max-replicas'
const historyBytesMax = 2000

/** What a ReplicaSet does not get from its Deployment. */
const ownAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
])

type Annotations = Readonly<Record<string, string>>

export function revisionOf({ metadata }: KubernetesObject): number {
  return Number.parseInt(metadata.annotations?.[revisionAnnotation] ?? '0', 10) || 0
}

/**
 * The annotations of the ReplicaSet of a deployment's template: the deployment's, its revision, and
 * the revisions that it has been before. As SetNewReplicaSetAnnotations in Kubernetes.
 */
export function revisionAnnotations(
  deployment: KubernetesObject,
  before: Annotations,
  revision: number,
): Annotations {
  const own = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !ownAnnotations.has(key),
  )
  const next: Record<string, string> = { ...before, ...Object.fromEntries(own) }
  const last = before[revisionAnnotation]
  if ((Number.parseInt(last ?? '0', 10) || 0) >= revision) return next
  next[revisionAnnotation] = String(revision)
  if (last !== undefined) next[historyAnnotation] = history(before[historyAnnotation], last)
  return next
}

function history(before: string | undefined, last: string): string {
  const revisions = [...(before ? before.split(',') : []), last]
  while (revisions.length > 1 && revisions.join(',').length > historyBytesMax) revisions.shift()
  return revisions.join(',')
}

/** How many replicas the deployment wanted when it last gave a ReplicaSet its own. */
export function replicaAnnotations(deployment: KubernetesObject): Annotations {
  const wanted = wantedOf(deployment)
  return {
    [desiredAnnotation]: String(wanted),
    [maxAnnotation]: String(wanted + fenceposts(deployment).surge),
  }
}

export function desiredOf({ metadata }: KubernetesObject): number | undefined {
  return numberOf(metadata.annotations?.[desiredAnnotation])
}

/** How many pods there could be when the deployment last gave a ReplicaSet its replicas. */
export function maxReplicasOf({ metadata }: KubernetesObject): number | undefined {
  return numberOf(metadata.annotations?.[maxAnnotation])
}

function numberOf(text: string | undefined): number | undefined {
  const number = Number.parseInt(text ?? '', 10)
  return Number.isNaN(number) ? undefined : number
}
