import { canonicalJson } from '@fairlead/base'
import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../auth/user.ts'
import { recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import type { Cluster } from './shared/cluster.ts'
import { controllerReference } from './shared/controller-reference.ts'
import { ownerTrigger } from './shared/owner-trigger.ts'
import {
  addressOf,
  isServing,
  podsOf,
  portsOn,
  selectedBy,
  type EndpointPort,
} from './shared/pods-of-service.ts'
import { isReady } from './shared/pod-state.ts'
import { selectorOf } from './shared/selector-of.ts'
import type { Stage } from './shared/stage.ts'

const slices = 'endpointslices.discovery.k8s.io'
const manager = 'endpointslice-controller.k8s.io'
const managedBy = 'endpointslice.kubernetes.io/managed-by'
const serviceName = 'kubernetes.io/service-name'
/** As many endpoints a slice has, as those of Kubernetes' controller. */
const endpointsMax = 100

/** Keeps the EndpointSlices of Services that select pods. */
export const endpointSliceStage: Stage = {
  user: controllerUser('endpointslice-controller'),
  resource: 'services',
  triggers: [selectedBy, ownerTrigger(slices, { kind: 'Service', resource: 'services' })],
  async reconcile(cluster, service) {
    const isGoing = service.metadata.deletionTimestamp !== undefined
    if (isGoing || selectorOf(service) === undefined) return
    if (recordAt(service, 'spec')['type'] === 'ExternalName') return
    const existing = cluster
      .ownedBy(slices, service)
      .filter(({ metadata }) => metadata.labels?.[managedBy] === manager)
    const wanted = contentsOf(cluster, service)
    for (const [index, content] of wanted.entries()) {
      const slice = existing[index]
      if (slice === undefined) await create(cluster, service, content)
      else await correct(cluster, service, slice, content)
    }
    for (const slice of existing.slice(wanted.length)) await cluster.delete(slices, slice)
  },
}

interface Content {
  readonly endpoints: readonly object[]
  readonly ports: readonly EndpointPort[]
}

/** One slice at least, one for every set of ports, and more where there are many endpoints. */
function contentsOf(cluster: Cluster, service: KubernetesObject): readonly Content[] {
  const byPorts = new Map<string, { ports: readonly EndpointPort[]; endpoints: object[] }>()
  for (const pod of podsOf(cluster, service)) {
    const ports = portsOn(service, pod)
    const key = canonicalJson(ports)
    const group = byPorts.get(key) ?? { ports, endpoints: [] }
    group.endpoints.push(endpointOf(service, pod))
    byPorts.set(key, group)
  }
  const contents = [...byPorts.values()].flatMap(({ ports, endpoints }) => {
    const parts: Content[] = []
    for (let from = 0; from < endpoints.length; from += endpointsMax) {
      parts.push({ ports, endpoints: endpoints.slice(from, from + endpointsMax) })
    }
    return parts
  })
  return contents.length === 0 ? [{ endpoints: [], ports: [] }] : contents
}

function endpointOf(service: KubernetesObject, pod: KubernetesObject): object {
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const { name, namespace, uid } = pod.metadata
  const hostname = textAt(recordAt(pod, 'spec'), 'hostname')
  const isNamed =
    hostname !== '' && textAt(recordAt(pod, 'spec'), 'subdomain') === service.metadata.name
  return {
    addresses: [addressOf(pod)],
    conditions: {
      ready: isServing(service, pod) && !terminating,
      serving: isReady(pod),
      terminating,
    },
    ...(isNamed ? { hostname } : {}),
    nodeName: textAt(recordAt(pod, 'spec'), 'nodeName'),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}

function labelsOf(service: KubernetesObject): Record<string, string> {
  const isHeadless = recordAt(service, 'spec')['clusterIP'] === 'None'
  return {
    ...service.metadata.labels,
    ...(isHeadless ? { 'service.kubernetes.io/headless': '' } : {}),
    [serviceName]: service.metadata.name ?? '',
    [managedBy]: manager,
  }
}

async function create(
  cluster: Cluster,
  service: KubernetesObject,
  content: Content,
): Promise<void> {
  const { name = '', namespace = '' } = service.metadata
  await cluster.create(slices, {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: labelsOf(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    ...content,
  })
}

async function correct(
  cluster: Cluster,
  service: KubernetesObject,
  slice: KubernetesObject,
  content: Content,
): Promise<void> {
  const labels = labelsOf(service)
  const found = { endpoints: recordsAt(slice, 'endpoints'), ports: recordsAt(slice, 'ports') }
  if (deepEqual(found, content) && deepEqual(slice.metadata.labels, labels)) return
  await cluster.change(slices, slice, (current) => ({
    ...current,
    metadata: { ...current.metadata, labels },
    ...content,
  }))
}
