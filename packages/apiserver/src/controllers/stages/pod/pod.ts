import type { KubernetesObject } from '@fairlead/kube-core'

import type { User } from '../../../auth/user.ts'
import { recordAt, textAt } from '../../../definitions/fields.ts'
import type { Cluster } from '../shared/cluster.ts'
import { conditionOf, conditionsOf } from '../shared/conditions.ts'
import { nodeName } from '../shared/node-name.ts'
import type { StagePace } from '../shared/pace.ts'
import { outcomeOf } from '../shared/pod-outcome.ts'
import { isFinished, phaseOf } from '../shared/pod-state.ts'
import type { Stage } from '../shared/stage.ts'
import { containerStatuses, type ContainersState } from './container-statuses.ts'
import { PodAddresses } from './pod-addresses.ts'
import { podConditions } from './pod-conditions.ts'
import { eventsOfChange, eventsOfStop } from './pod-events.ts'

const user: User = {
  name: `system:node:${nodeName}`,
  groups: ['system:nodes', 'system:authenticated'],
}
const hostAddress = '10.0.0.2'

const phases: Readonly<Record<ContainersState, string>> = {
  creating: 'Pending',
  'not ready': 'Running',
  ready: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  crashing: 'Running',
}

/**
 * Does what a kubelet would report of a pod on a node, without running anything: it starts, is ready,
 * and ends as its annotation says; one that is being deleted ends in time.
 */
export function podStage(pace: StagePace): Stage {
  const addresses = new PodAddresses()
  return {
    user,
    eventSource: { component: 'kubelet', host: nodeName },
    resource: 'pods',
    async reconcile(cluster, pod) {
      if (textAt(recordAt(pod, 'spec'), 'nodeName') === '') return
      if (pod.metadata.deletionTimestamp !== undefined) await stop(cluster, pod, pace)
      else if (!isFinished(pod)) await run(cluster, pod, pace, addresses)
    },
  }
}

/** Deletes what is being deleted, when its containers have had time to stop. */
async function stop(cluster: Cluster, pod: KubernetesObject, pace: StagePace): Promise<void> {
  const { deletionTimestamp = '', deletionGracePeriodSeconds: graceSeconds = 0 } = pod.metadata
  if (graceSeconds > 0) {
    const graceMs = graceSeconds * 1000
    const beganMs = Date.parse(deletionTimestamp) - graceMs
    const restMs = beganMs + Math.min(pace.podStopMs ?? 0, graceMs) - cluster.clock.now()
    if (restMs > 0) {
      cluster.wakeAfter(pod, restMs)
      return
    }
    await cluster.delete('pods', pod, 0)
    for (const event of eventsOfStop(pod)) cluster.record(pod, event)
  } else if (!isFinished(pod)) {
    // A finalizer keeps the object, but nothing runs any more.
    await report(cluster, pod, 'succeeded')
    for (const event of eventsOfStop(pod)) cluster.record(pod, event)
  }
}

async function run(
  cluster: Cluster,
  pod: KubernetesObject,
  pace: StagePace,
  addresses: PodAddresses,
): Promise<void> {
  const { clock } = cluster
  const scheduledMs = momentMs(pod, 'PodScheduled') ?? clock.now()
  const startsInMs = scheduledMs + (pace.podReadyMs ?? 0) - clock.now()
  const outcome = outcomeOf(pod)
  if (outcome === 'Pending' || startsInMs > 0) {
    if (outcome !== 'Pending') cluster.wakeAfter(pod, startsInMs)
    await report(cluster, pod, 'creating')
    return
  }
  const address = textAt(recordAt(pod, 'status'), 'podIP') || newAddress(cluster, pod, addresses)
  if (outcome === 'Running' || outcome === 'NotReady' || phaseOf(pod) !== 'Running') {
    await report(cluster, pod, outcome === 'NotReady' ? 'not ready' : 'ready', address)
    return
  }
  const runningMs = momentMs(pod, 'PodReadyToStartContainers') ?? clock.now()
  const endsInMs = runningMs + (pace.podRunsMs ?? 0) - clock.now()
  if (endsInMs > 0) {
    cluster.wakeAfter(pod, endsInMs)
    await report(cluster, pod, 'ready', address)
  } else {
    await report(cluster, pod, endOf(pod, outcome), address)
  }
}

/** What is always restarted does not end. */
function endOf(pod: KubernetesObject, outcome: 'Succeeded' | 'Failed'): ContainersState {
  if (recordAt(pod, 'spec')['restartPolicy'] === 'Always') return 'crashing'
  return outcome === 'Succeeded' ? 'succeeded' : 'failed'
}

function newAddress(cluster: Cluster, pod: KubernetesObject, addresses: PodAddresses): string {
  return recordAt(pod, 'spec')['hostNetwork'] === true ? hostAddress : addresses.next(cluster)
}

function momentMs(pod: KubernetesObject, type: string): number | undefined {
  const condition = conditionOf(conditionsOf(pod), type)
  const moment = condition?.['lastTransitionTime']
  return typeof moment === 'string' && condition?.status === 'True' ? Date.parse(moment) : undefined
}

async function report(
  cluster: Cluster,
  pod: KubernetesObject,
  state: ContainersState,
  address?: string,
): Promise<void> {
  const before = recordAt(pod, 'status')
  const containers = containerStatuses(pod, state, cluster.now)
  await cluster.setStatus('pods', pod, {
    ...before,
    phase: phases[state],
    conditions: podConditions(pod, state, cluster.now),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    startTime: textAt(before, 'startTime') || cluster.now,
    ...(address === undefined ? {} : { podIP: address, podIPs: [{ ip: address }] }),
    ...containers,
  })
  for (const event of eventsOfChange(pod, containers)) cluster.record(pod, event)
}
