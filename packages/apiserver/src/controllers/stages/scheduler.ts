import type { KubernetesObject } from '@fairlead/kube-core'

import type { User } from '../../auth/user.ts'
import { recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import type { Cluster } from './shared/cluster.ts'
import { conditionsOf, holds, withCondition, type StatusCondition } from './shared/conditions.ts'
import { fits } from './shared/node-fit.ts'
import { nodeName } from './shared/node-name.ts'
import { keyOf } from './shared/object-key.ts'
import { outcomeOf } from './shared/pod-outcome.ts'
import { isFinished } from './shared/pod-state.ts'
import type { Stage } from './shared/stage.ts'

const user: User = {
  name: 'system:kube-scheduler',
  groups: ['system:authenticated'],
}

/**
 * Puts pods on nodes: on `fairlead-node` if they may be there, else on the first that is ready and
 * takes them. Resources are not counted. A pod for which there is none says so.
 */
export const schedulerStage: Stage = {
  user,
  eventSource: { component: 'default-scheduler', form: 'events.k8s.io' },
  resource: 'pods',
  triggers: [
    {
      resource: 'nodes',
      keysOf: (_change, cluster) => cluster.list('pods').filter(isWaiting).map(keyOf),
    },
  ],
  async reconcile(cluster, pod) {
    if (!isWaiting(pod)) return
    const spec = recordAt(pod, 'spec')
    const node = nodesOf(cluster).find((each) => isUsable(each) && fits(spec, each))
    const isPending = outcomeOf(pod) === 'Pending'
    if (node === undefined || isPending) {
      await refuse(cluster, pod)
      return
    }
    const { namespace, name } = pod.metadata
    cluster.bind(pod, node.metadata.name ?? '', scheduled(cluster, pod))
    cluster.record(pod, {
      type: 'Normal',
      reason: 'Scheduled',
      action: 'Binding',
      message: `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`,
    })
  },
}

/** The usual one first. */
function nodesOf(cluster: Cluster): readonly KubernetesObject[] {
  const usual = cluster.get('nodes', '', nodeName)
  return usual !== undefined && isUsable(usual)
    ? [usual, ...cluster.list('nodes')]
    : cluster.list('nodes')
}

function isWaiting(pod: KubernetesObject): boolean {
  const spec = recordAt(pod, 'spec')
  return (
    textAt(spec, 'nodeName') === '' &&
    textAt(spec, 'schedulerName') === 'default-scheduler' &&
    recordsAt(spec, 'schedulingGates').length === 0 &&
    pod.metadata.deletionTimestamp === undefined &&
    !isFinished(pod)
  )
}

function isUsable(node: KubernetesObject): boolean {
  return holds(node, 'Ready') && recordAt(node, 'spec')['unschedulable'] !== true
}

function scheduled(cluster: Cluster, pod: KubernetesObject): readonly StatusCondition[] {
  return withCondition(conditionsOf(pod), {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: cluster.now,
  })
}

async function refuse(cluster: Cluster, pod: KubernetesObject): Promise<void> {
  const nodes = cluster.list('nodes').length
  const message =
    nodes === 0 ? 'no nodes available to schedule pods' : `0/${nodes} nodes are available.`
  const before = conditionsOf(pod)
  const conditions = withCondition(before, {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: cluster.now,
    reason: 'Unschedulable',
    message,
  })
  if (conditions === before) return
  await cluster.setStatus('pods', pod, { ...recordAt(pod, 'status'), conditions })
  const action = 'Scheduling'
  cluster.record(pod, { type: 'Warning', reason: 'FailedScheduling', action, message })
}
