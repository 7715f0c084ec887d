import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt } from '../../../definitions/fields.ts'
import {
  conditionOf,
  conditionsOf,
  holds,
  withCondition,
  type StatusCondition,
} from '../shared/conditions.ts'
import type { ContainersState } from './container-statuses.ts'

/** The conditions that a kubelet keeps, in its order; others stay as they are. */
export function podConditions(
  pod: KubernetesObject,
  state: ContainersState,
  now: string,
): readonly StatusCondition[] {
  const before = conditionsOf(pod)
  const isEnded = state === 'succeeded' || state === 'failed'
  const completed = state === 'succeeded' ? { reason: 'PodCompleted' } : {}
  const unready = state === 'succeeded' ? completed : unreadyReason(pod)
  const areReady = state === 'ready'
  const lacking = recordsAt(recordAt(pod, 'spec'), 'readinessGates')
    .map((gate) => textAt(gate, 'conditionType'))
    .filter((type) => !holds(pod, type))
  const gates =
    areReady && lacking.length > 0
      ? {
          reason: 'ReadinessGatesNotReady',
          message: lacking
            .map((type) =>
              conditionOf(before, type) === undefined
                ? `corresponding condition of pod readiness gate "${type}" does not exist.`
                : `the status of pod readiness gate "${type}" is not "True", but False`,
            )
            .join(', '),
        }
      : unready
  const own: readonly (readonly [string, boolean, object])[] = [
    ['PodReadyToStartContainers', !isEnded && state !== 'creating', {}],
    [
      'Initialized',
      state !== 'creating' || recordsAt(recordAt(pod, 'spec'), 'initContainers').length === 0,
      completed,
    ],
    ['Ready', areReady && lacking.length === 0, gates],
    ['ContainersReady', areReady, unready],
    ['PodScheduled', true, {}],
  ]
  let next: readonly StatusCondition[] = before
  for (const [type, isTrue, why] of own) {
    next = withCondition(next, {
      type,
      status: isTrue ? 'True' : 'False',
      lastProbeTime: null,
      lastTransitionTime: now,
      ...(isTrue && type !== 'Initialized' ? {} : why),
    })
  }
  const order = own.map(([type]) => type)
  const kept = next.filter(({ type }) => !order.includes(type))
  return [...order.flatMap((type) => conditionOf(next, type) ?? []), ...kept]
}

function unreadyReason(pod: KubernetesObject): { reason: string; message: string } {
  const names = recordsAt(recordAt(pod, 'spec'), 'containers').map((each) => textAt(each, 'name'))
  return {
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${names.join(' ')}]`,
  }
}
