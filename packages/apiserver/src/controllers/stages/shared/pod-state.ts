import { isJsonObject } from '@fairlead/base'
import type { KubernetesObject, ObjectMeta, OwnerReference } from '@fairlead/kube-core'

import { recordAt, textAt, textMapAt, type Fields } from '../../../definitions/fields.ts'
import type { NewObject } from './cluster.ts'
import { conditionOf, conditionsOf, holds } from './conditions.ts'

export function phaseOf(pod: KubernetesObject): string {
  return textAt(recordAt(pod, 'status'), 'phase')
}

export function isFinished(pod: KubernetesObject): boolean {
  const phase = phaseOf(pod)
  return phase === 'Succeeded' || phase === 'Failed'
}

/** Neither finished nor going. As IsPodActive in Kubernetes' controllers. */
export function isActive(pod: KubernetesObject): boolean {
  return !isFinished(pod) && pod.metadata.deletionTimestamp === undefined
}

export function isReady(pod: KubernetesObject): boolean {
  return holds(pod, 'Ready')
}

/** In how many milliseconds a pod has been ready for so long; 0 when it has, undefined when not ready. */
export function availableInMs(
  pod: KubernetesObject,
  minReadySeconds: number,
  nowMs: number,
): number | undefined {
  if (!isReady(pod)) return undefined
  if (minReadySeconds === 0) return 0
  const since = conditionOf(conditionsOf(pod), 'Ready')?.['lastTransitionTime']
  const sinceMs = typeof since === 'string' ? Date.parse(since) : nowMs
  return Math.max(0, sinceMs + minReadySeconds * 1000 - nowMs)
}

/** A pod of a template. As GetPodFromTemplate in Kubernetes' controllers. */
export function podFromTemplate(
  template: Fields,
  owner: OwnerReference,
  metadata: ObjectMeta,
): NewObject {
  const own = recordAt(template, 'metadata')
  const { finalizers } = own
  return {
    metadata: {
      ...metadata,
      labels: { ...textMapAt(own, 'labels'), ...metadata.labels },
      annotations: { ...textMapAt(own, 'annotations'), ...metadata.annotations },
      ...(Array.isArray(finalizers) ? { finalizers: finalizers.map(String) } : {}),
      ownerReferences: [owner],
    },
    spec: isJsonObject(template['spec']) ? template['spec'] : {},
  }
}
