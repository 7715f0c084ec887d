import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt } from '../../../definitions/fields.ts'

/** What becomes of a pod. */
type PodOutcome = 'Pending' | 'NotReady' | 'Running' | 'Succeeded' | 'Failed'

/** The annotation by which a test chooses what becomes of a pod. */
const outcomeAnnotation = 'stages.fairlead.dev/outcome'
const outcomes: readonly PodOutcome[] = ['Pending', 'NotReady', 'Running', 'Succeeded', 'Failed']

/**
 * What the annotation says, on the pod or its template; without it a pod that is always restarted
 * runs, and any other succeeds.
 */
export function outcomeOf(pod: KubernetesObject): PodOutcome {
  const chosen = pod.metadata.annotations?.[outcomeAnnotation]
  const outcome = outcomes.find((each) => each === chosen)
  if (outcome !== undefined) return outcome
  return recordAt(pod, 'spec')['restartPolicy'] === 'Always' ? 'Running' : 'Succeeded'
}

/** The annotation with the exit code of a pod that fails; it defaults to 1. */
const exitCodeAnnotation = 'stages.fairlead.dev/exit-code'

export function exitCodeOf({ metadata }: KubernetesObject): number {
  const code = Number(metadata.annotations?.[exitCodeAnnotation] ?? 1)
  return Number.isInteger(code) && code > 0 && code < 256 ? code : 1
}
