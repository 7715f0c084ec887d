import type { KubernetesObject } from '@fairlead/kube-core'

import { numberAt, recordAt, recordsAt, textAt } from '../../../definitions/fields.ts'
import { conditionOf, conditionsOf } from './conditions.ts'
import { isReady, phaseOf } from './pod-state.ts'

const costAnnotation = 'controller.kubernetes.io/pod-deletion-cost'
const phaseOrder = ['Pending', 'Unknown', 'Running']

/** Which pods go first when there are too many. As ActivePodsWithRanks in Kubernetes' controllers. */
export function deletionOrder(
  pods: readonly KubernetesObject[],
  nowMs: number,
): readonly KubernetesObject[] {
  const ranked = pods.map((pod) => ({ pod, rank: rankOf(pod, nowMs) }))
  ranked.sort((a, b) => {
    for (const [index, value] of a.rank.entries()) {
      const difference = value - (b.rank[index] ?? 0)
      if (difference !== 0) return difference
    }
    return 0
  })
  return ranked.map(({ pod }) => pod)
}

/** Unassigned, in an early phase, not ready, cheap, ready and made only lately: the smaller, the sooner. */
function rankOf(pod: KubernetesObject, nowMs: number): readonly number[] {
  const readySince = conditionOf(conditionsOf(pod), 'Ready')?.['lastTransitionTime']
  const restarts = recordsAt(recordAt(pod, 'status'), 'containerStatuses').map(
    (container) => numberAt(container, 'restartCount') ?? 0,
  )
  const ageMs = (moment: unknown): number =>
    typeof moment === 'string' ? nowMs - Date.parse(moment) : 0
  return [
    textAt(recordAt(pod, 'spec'), 'nodeName') === '' ? 0 : 1,
    phaseOrder.indexOf(phaseOf(pod)),
    isReady(pod) ? 1 : 0,
    costOf(pod),
    isReady(pod) ? ageMs(readySince) : 0,
    -Math.max(0, ...restarts),
    ageMs(pod.metadata.creationTimestamp),
  ]
}

function costOf({ metadata }: KubernetesObject): number {
  const cost = Number(metadata.annotations?.[costAnnotation] ?? 0)
  return Number.isInteger(cost) ? cost : 0
}
