import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../../../definitions/fields.ts'
import type { ClusterEvent } from '../shared/cluster-event.ts'

const lists = [
  ['initContainers', 'initContainerStatuses'],
  ['containers', 'containerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
] as const

/** What a kubelet tells when the statuses of a pod's containers become those of `after`. */
export function eventsOfChange(pod: KubernetesObject, after: Fields): readonly ClusterEvent[] {
  const before = recordAt(pod, 'status')
  return eachContainer(pod).flatMap(({ container, path, list }) => {
    const name = textAt(container, 'name')
    const was = named(before, list, name)
    const is = named(after, list, name)
    const tell = (type: ClusterEvent['type'], reason: string, message: string): ClusterEvent => ({
      type,
      reason,
      message,
      fieldPath: `${path}{${name}}`,
    })
    const image = textAt(container, 'image')
    const started = [
      tell('Normal', 'Pulled', `Container image "${image}" already present on machine`),
      tell('Normal', 'Created', `Created container: ${name}`),
      tell('Normal', 'Started', `Started container ${name}`),
    ]
    const { metadata } = pod
    const whose = `${metadata.name}_${metadata.namespace}(${metadata.uid})`
    const backOff = tell(
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${name} in pod ${whose}`,
    )
    return [
      ...(hasStarted(is) && !hasStarted(was) ? started : []),
      ...(isBackingOff(is) && !isBackingOff(was) ? [backOff] : []),
    ]
  })
}

/** What a kubelet tells when it stops what still runs of a pod. */
export function eventsOfStop(pod: KubernetesObject): readonly ClusterEvent[] {
  const status = recordAt(pod, 'status')
  return eachContainer(pod).flatMap(({ container, path, list }) => {
    const name = textAt(container, 'name')
    if (recordAt(named(status, list, name), 'state')['running'] === undefined) return []
    const message = `Stopping container ${name}`
    return [{ type: 'Normal', reason: 'Killing', message, fieldPath: `${path}{${name}}` }]
  })
}

interface ContainerPlace {
  readonly container: Fields
  readonly path: string
  /** Where its status is. */
  readonly list: string
}

function eachContainer(pod: KubernetesObject): readonly ContainerPlace[] {
  return lists.flatMap(([field, list]) =>
    recordsAt(recordAt(pod, 'spec'), field).map((container) => ({
      container,
      path: `spec.${field}`,
      list,
    })),
  )
}

function named(status: Fields, list: string, name: string): Fields {
  return recordsAt(status, list).find((each) => each['name'] === name) ?? {}
}

function hasStarted(status: Fields): boolean {
  const { running, terminated } = recordAt(status, 'state')
  const ended = recordAt(status, 'lastState')['terminated']
  return (running ?? terminated ?? ended) !== undefined
}

function isBackingOff(status: Fields): boolean {
  return recordAt(recordAt(status, 'state'), 'waiting')['reason'] === 'CrashLoopBackOff'
}
