import type { KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../auth/user.ts'
import { recordAt, recordsAt, textAt, type Fields } from '../../definitions/fields.ts'
import type { Cluster } from './shared/cluster.ts'
import { conditionsOf, withCondition } from './shared/conditions.ts'
import { tolerates } from './shared/node-fit.ts'
import { keyOf } from './shared/object-key.ts'
import { isFinished } from './shared/pod-state.ts'
import type { Stage } from './shared/stage.ts'

/**
 * Deletes pods that do not tolerate, or no longer, a taint of their node with the effect NoExecute. As
 * Kubernetes' controller of taint evictions, which counts from when it has seen the taint.
 */
export function taintEvictionStage(): Stage {
  /** By pod, since when it waits for its eviction. */
  const waiting = new Map<string, number>()
  return {
    user: controllerUser('taint-eviction-controller'),
    resource: 'pods',
    triggers: [
      {
        resource: 'nodes',
        keysOf: ({ object, previous }, cluster) => {
          if (taintsOf(object).length + taintsOf(previous).length === 0) return []
          const pods = cluster.list('pods')
          return pods.filter((pod) => nodeOf(pod) === object.metadata.name).map(keyOf)
        },
      },
    ],
    async reconcile(cluster, pod) {
      const node = nodeOf(pod)
      if (node === '' || pod.metadata.deletionTimestamp !== undefined || isFinished(pod)) return
      const { namespace = '', name = '' } = pod.metadata
      const key = `${namespace}/${name}`
      const seconds = toleratedSeconds(pod, taintsOf(cluster.get('nodes', '', node)))
      if (seconds === undefined) {
        const message = `Cancelling deletion of Pod ${key}`
        if (waiting.delete(key)) cluster.tell(pod, 'TaintManagerEviction', message)
        return
      }
      const sinceMs = waiting.get(key) ?? cluster.clock.now()
      const restMs = sinceMs + seconds * 1000 - cluster.clock.now()
      if (restMs > 0) {
        waiting.set(key, sinceMs)
        cluster.wakeAfter(pod, restMs)
        return
      }
      await evict(cluster, pod)
      waiting.delete(key)
    },
    gone(_cluster, { namespace, name }) {
      waiting.delete(`${namespace}/${name}`)
      return Promise.resolve()
    },
  }
}

function nodeOf(pod: KubernetesObject): string {
  return textAt(recordAt(pod, 'spec'), 'nodeName')
}

function taintsOf(node: KubernetesObject | undefined): readonly Fields[] {
  if (node === undefined) return []
  const taints = recordsAt(recordAt(node, 'spec'), 'taints')
  return taints.filter(({ effect }) => effect === 'NoExecute')
}

/** For how long all taints are tolerated; undefined when for ever. */
function toleratedSeconds(pod: KubernetesObject, taints: readonly Fields[]): number | undefined {
  const tolerations = recordsAt(recordAt(pod, 'spec'), 'tolerations')
  let least: number | undefined
  for (const taint of taints) {
    const toleration = tolerations.find((each) => tolerates(each, taint))
    if (toleration === undefined) return 0
    const seconds = toleration['tolerationSeconds']
    if (typeof seconds === 'number') least = Math.max(0, Math.min(least ?? seconds, seconds))
  }
  return least
}

async function evict(cluster: Cluster, pod: KubernetesObject): Promise<void> {
  const { namespace, name } = pod.metadata
  cluster.tell(pod, 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`)
  const conditions = withCondition(conditionsOf(pod), {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastProbeTime: null,
    lastTransitionTime: cluster.now,
  })
  await cluster.setStatus('pods', pod, { ...recordAt(pod, 'status'), conditions })
  await cluster.delete('pods', pod)
}
