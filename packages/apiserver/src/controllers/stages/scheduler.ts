import { compareText } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import type { User } from '../../auth/user.ts'
import { recordAt, recordsAt, textAt, type Fields } from '../../definitions/fields.ts'
import type { Cluster } from './shared/cluster.ts'
import { conditionsOf, holds, withCondition, type StatusCondition } from './shared/conditions.ts'
import { misfit } from './shared/node-fit.ts'
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
    const node = nodesOf(cluster).find((each) => refusal(spec, each) === undefined)
    const isPending = outcomeOf(pod) === 'Pending'
    if (node === undefined || isPending) {
      await refuse(cluster, pod, whyNone(cluster, spec))
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
  return usual !== undefined ? [usual, ...cluster.list('nodes')] : cluster.list('nodes')
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

function refusal(podSpec: Fields, node: KubernetesObject): string | undefined {
  const notReady = 'node(s) had untolerated taint {node.kubernetes.io/not-ready: }'
  return misfit(podSpec, node) ?? (holds(node, 'Ready') ? undefined : notReady)
}

/** As FitError in Kubernetes' scheduler, with what it adds of preemption. */
function whyNone(cluster: Cluster, podSpec: Fields): string {
  const nodes = cluster.list('nodes')
  if (nodes.length === 0) return 'no nodes available to schedule pods'
  const none = `0/${nodes.length} nodes are available`
  const counts = new Map<string, number>()
  for (const node of nodes) {
    const why = refusal(podSpec, node)
    if (why !== undefined) counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  if (counts.size === 0) return `${none}.`
  const reasons = [...counts].map(([why, count]) => `${count} ${why}`).toSorted(compareText)
  const preemption = `${none}: ${nodes.length} Preemption is not helpful for scheduling.`
  return `${none}: ${reasons.join(', ')}. preemption: ${preemption}`
}

function scheduled(cluster: Cluster, pod: KubernetesObject): readonly StatusCondition[] {
  return withCondition(conditionsOf(pod), {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: cluster.now,
  })
}

async function refuse(cluster: Cluster, pod: KubernetesObject, message: string): Promise<void> {
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
