import { compareText } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../../../definitions/fields.ts'
import type { Change } from '../../../storage/change.ts'
import type { Cluster } from './cluster.ts'
import { conditionsOf } from './conditions.ts'
import type { ObjectKey } from './object-key.ts'
import { isFinished, isReady } from './pod-state.ts'
import { selectorOf } from './selector-of.ts'
import type { Trigger } from './stage.ts'

/** One port of a Service, as a pod has it. */
export interface EndpointPort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly appProtocol?: string
}

/** A change of a pod concerns the Services that select it, before or after. */
export const selectedBy: Trigger = {
  resource: 'pods',
  keysOf({ object, previous }: Change, cluster: Cluster): ObjectKey[] {
    if (previous !== undefined && isSameEndpoint(object, previous)) return []
    const namespace = object.metadata.namespace ?? ''
    const labels = [object, ...(previous === undefined ? [] : [previous])].map(
      ({ metadata }) => metadata.labels ?? {},
    )
    return cluster
      .list('services', namespace)
      .filter((service) => labels.some((each) => selectorOf(service)?.matches(each) === true))
      .map(({ metadata }) => ({ namespace, name: metadata.name ?? '' }))
  },
}

/** The pods behind a Service: those that have an address and are not finished, by address. */
export function podsOf(cluster: Cluster, service: KubernetesObject): readonly KubernetesObject[] {
  const selector = selectorOf(service)
  if (selector === undefined) return []
  return cluster
    .list('pods', service.metadata.namespace ?? '')
    .filter(
      (pod) =>
        selector.matches(pod.metadata.labels ?? {}) && addressOf(pod) !== '' && !isFinished(pod),
    )
    .toSorted((a, b) => compareText(addressOf(a), addressOf(b)))
}

export function addressOf(pod: KubernetesObject): string {
  return textAt(recordAt(pod, 'status'), 'podIP')
}

/** Whether a Service sends requests to a pod. */
export function isServing(service: KubernetesObject, pod: KubernetesObject): boolean {
  return recordAt(service, 'spec')['publishNotReadyAddresses'] === true || isReady(pod)
}

/** The ports of a Service on a pod; one that the pod does not name is left out. As FindPort. */
export function portsOn(service: KubernetesObject, pod: KubernetesObject): EndpointPort[] {
  return recordsAt(recordAt(service, 'spec'), 'ports').flatMap((port) => {
    const number = portNumber(port, pod)
    if (number === undefined) return []
    const appProtocol = textAt(port, 'appProtocol')
    return [
      {
        name: textAt(port, 'name'),
        port: number,
        protocol: textAt(port, 'protocol') || 'TCP',
        ...(appProtocol === '' ? {} : { appProtocol }),
      },
    ]
  })
}

function portNumber(port: Fields, pod: KubernetesObject): number | undefined {
  const target = port['targetPort'] ?? port['port']
  if (typeof target === 'number') return target === 0 ? Number(port['port']) : target
  const protocol = textAt(port, 'protocol') || 'TCP'
  for (const container of recordsAt(recordAt(pod, 'spec'), 'containers')) {
    for (const own of recordsAt(container, 'ports')) {
      const isIt = own['name'] === target && (textAt(own, 'protocol') || 'TCP') === protocol
      if (isIt) return Number(own['containerPort'])
    }
  }
  return undefined
}

function isSameEndpoint(a: KubernetesObject, b: KubernetesObject): boolean {
  const parts = (pod: KubernetesObject): string =>
    JSON.stringify([
      pod.metadata.labels,
      pod.metadata.deletionTimestamp !== undefined,
      addressOf(pod),
      isFinished(pod),
      conditionsOf(pod).find(({ type }) => type === 'Ready')?.status,
    ])
  return parts(a) === parts(b)
}
