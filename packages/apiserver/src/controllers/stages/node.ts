import type { KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../auth/user.ts'
import { recordAt, recordsAt } from '../../definitions/fields.ts'
import type { Cluster } from './shared/cluster.ts'
import { conditionsOf, withCondition } from './shared/conditions.ts'
import { nodeName } from './shared/node-name.ts'
import type { Stage } from './shared/stage.ts'

const notReady = 'node.kubernetes.io/not-ready'
const capacity = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '100000' }

/**
 * Sees to it that there is a node on which pods can be, and that it is ready: one named
 * `fairlead-node`, made again when it is deleted. Other nodes are whatever their makers say.
 */
export const nodeStage: Stage = {
  user: controllerUser('node-controller'),
  resource: 'nodes',
  async reconcile(cluster, node) {
    if (node.metadata.name === nodeName) await makeReady(cluster, node)
  },
  always: [{ namespace: '', name: nodeName }],
  async gone(cluster, { name }) {
    if (name === nodeName) await makeNode(cluster)
  },
}

async function makeNode(cluster: Cluster): Promise<void> {
  await cluster.create('nodes', {
    metadata: {
      name: nodeName,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': nodeName,
        'kubernetes.io/os': 'linux',
      },
    },
  })
}

async function makeReady(cluster: Cluster, node: KubernetesObject): Promise<void> {
  const taints = recordsAt(recordAt(node, 'spec'), 'taints')
  if (taints.some(({ key }) => key === notReady)) {
    await cluster.change('nodes', node, (current) => {
      const { taints: _, ...spec } = recordAt(current, 'spec')
      const others = recordsAt(recordAt(current, 'spec'), 'taints').filter(
        ({ key }) => key !== notReady,
      )
      return { ...current, spec: others.length === 0 ? spec : { ...spec, taints: others } }
    })
  }
  const conditions = withCondition(conditionsOf(node), {
    type: 'Ready',
    status: 'True',
    lastHeartbeatTime: cluster.now,
    lastTransitionTime: cluster.now,
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
  })
  await cluster.setStatus('nodes', node, {
    ...recordAt(node, 'status'),
    capacity,
    allocatable: capacity,
    conditions,
    addresses: [
      { type: 'InternalIP', address: '10.0.0.2' },
      { type: 'Hostname', address: nodeName },
    ],
    nodeInfo: {
      machineID: 'fairlead',
      systemUUID: 'fairlead',
      bootID: 'fairlead',
      kernelVersion: '6.1.0',
      osImage: 'Fairlead',
      containerRuntimeVersion: 'fairlead://1.0.0',
      kubeletVersion: 'v1.32.13',
      kubeProxyVersion: 'v1.32.13',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
  })
}
