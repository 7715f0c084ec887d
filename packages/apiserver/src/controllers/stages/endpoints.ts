import { canonicalJson } from '@fairlead/base'
import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../auth/user.ts'
import { recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import {
  addressOf,
  isServing,
  podsOf,
  portsOn,
  selectedBy,
  type EndpointPort,
} from './shared/pods-of-service.ts'
import type { Cluster } from './shared/cluster.ts'
import { selectorOf } from './shared/selector-of.ts'
import type { Stage } from './shared/stage.ts'

/** An Endpoints object has no more addresses, as of Kubernetes' controller. */
const addressesMax = 1000

/** Keeps the Endpoints of Services that select pods. */
export const endpointsStage: Stage = {
  user: controllerUser('endpoint-controller'),
  resource: 'services',
  triggers: [
    selectedBy,
    {
      resource: 'endpoints',
      keysOf: ({ type, key: { namespace, name } }) =>
        type === 'DELETED' ? [{ namespace, name }] : [],
    },
  ],
  async reconcile(cluster, service) {
    if (selectorOf(service) === undefined) return
    const { name = '', namespace = '', deletionTimestamp } = service.metadata
    if (deletionTimestamp !== undefined) return
    const existing = cluster.get('endpoints', namespace, name)
    const subsets = subsetsOf(cluster, service)
    const labels = labelsOf(service)
    if (existing === undefined) {
      await cluster.create('endpoints', { metadata: { name, namespace, labels }, subsets })
      return
    }
    const isSame =
      deepEqual(recordsAt(existing, 'subsets'), subsets) &&
      deepEqual(existing.metadata.labels ?? {}, labels)
    if (isSame) return
    await cluster.change('endpoints', existing, (current) => {
      const { subsets: _, ...others } = current
      const content = subsets.length === 0 ? {} : { subsets }
      return { ...others, metadata: { ...current.metadata, labels }, ...content }
    })
  },
  async gone(cluster, { namespace, name }) {
    const left = cluster.get('endpoints', namespace, name)
    if (left !== undefined) await cluster.delete('endpoints', left)
  },
}

function labelsOf(service: KubernetesObject): Record<string, string> {
  const isHeadless = recordAt(service, 'spec')['clusterIP'] === 'None'
  return {
    ...service.metadata.labels,
    ...(isHeadless ? { 'service.kubernetes.io/headless': '' } : {}),
  }
}

/** The addresses of pods with the same ports stand together. As RepackSubsets in Kubernetes. */
function subsetsOf(cluster: Cluster, service: KubernetesObject): object[] {
  const byPorts = new Map<string, { ports: EndpointPort[]; ready: object[]; notReady: object[] }>()
  for (const pod of podsOf(cluster, service).slice(0, addressesMax)) {
    if (pod.metadata.deletionTimestamp !== undefined) continue
    const ports = portsOn(service, pod)
    const key = canonicalJson(ports)
    const group = byPorts.get(key) ?? { ports, ready: [], notReady: [] }
    const list = isServing(service, pod) ? group.ready : group.notReady
    list.push(endpointAddress(pod))
    byPorts.set(key, group)
  }
  return [...byPorts.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
    ...(ports.length === 0 ? {} : { ports: ports.map(named) }),
  }))
}

function named({ name, ...port }: EndpointPort): object {
  return name === '' ? port : { name, ...port }
}

function endpointAddress(pod: KubernetesObject): object {
  const { name, namespace, uid } = pod.metadata
  return {
    ip: addressOf(pod),
    nodeName: textAt(recordAt(pod, 'spec'), 'nodeName'),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}
