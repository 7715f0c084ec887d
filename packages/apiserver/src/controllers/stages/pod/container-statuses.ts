import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../../../definitions/fields.ts'
import { exitCodeOf } from '../shared/pod-outcome.ts'

/** What the containers of a pod do. */
export type ContainersState =
  'creating' | 'not ready' | 'ready' | 'succeeded' | 'failed' | 'crashing'

/** The statuses of a pod's containers, and of those that have prepared it. */
export function containerStatuses(
  pod: KubernetesObject,
  state: ContainersState,
  now: string,
): {
  containerStatuses: object[]
  initContainerStatuses?: object[]
  ephemeralContainerStatuses?: object[]
} {
  const spec = recordAt(pod, 'spec')
  const before = recordAt(pod, 'status')
  const uid = pod.metadata.uid ?? ''
  const containers = recordsAt(spec, 'containers').map((container) =>
    statusOf(container, state, {
      now,
      uid,
      before: named(before, 'containerStatuses', container),
      pod,
      isInit: false,
    }),
  )
  const preparing = recordsAt(spec, 'initContainers').map((container) => {
    const isSidecar = container['restartPolicy'] === 'Always'
    const own = state === 'creating' ? 'creating' : isSidecar ? sidecar(state) : 'succeeded'
    return statusOf(container, own, {
      now,
      uid,
      before: named(before, 'initContainerStatuses', container),
      pod,
      isInit: true,
    })
  })
  const debugging = recordsAt(spec, 'ephemeralContainers').map((container) =>
    statusOf(container, ephemeral(state), {
      now,
      uid,
      before: named(before, 'ephemeralContainerStatuses', container),
      pod,
      isInit: false,
    }),
  )
  return {
    containerStatuses: containers,
    ...(preparing.length === 0 ? {} : { initContainerStatuses: preparing }),
    ...(debugging.length === 0 ? {} : { ephemeralContainerStatuses: debugging }),
  }
}

/** They never count for whether the pod is ready, and end with it. */
function ephemeral(state: ContainersState): ContainersState {
  if (state === 'creating') return state
  return state === 'succeeded' || state === 'failed' ? 'succeeded' : 'not ready'
}

/** They run as long as the others do. */
function sidecar(state: ContainersState): ContainersState {
  return state === 'succeeded' || state === 'failed' ? 'succeeded' : 'ready'
}

interface Circumstances {
  readonly now: string
  readonly uid: string
  readonly before: Fields
  readonly pod: KubernetesObject
  readonly isInit: boolean
}

function statusOf(
  container: Fields,
  state: ContainersState,
  { now, uid, before, pod, isInit }: Circumstances,
): object {
  const name = textAt(container, 'name')
  const running = recordAt(recordAt(before, 'state'), 'running')
  const ended = recordAt(recordAt(before, 'state'), 'terminated')
  const startedAt = textAt(running, 'startedAt') || textAt(ended, 'startedAt') || now
  const containerID = `fairlead://${uid}/${name}`
  const identity = {
    name,
    image: textAt(container, 'image'),
    imageID: `${textAt(container, 'image')}@fairlead`,
    restartCount: 0,
    lastState: {},
  }
  const terminated = (exitCode: number): object => ({
    terminated: {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt,
      finishedAt: textAt(ended, 'finishedAt') || now,
      containerID,
    },
  })
  switch (state) {
    case 'creating': {
      const reason = isInit ? 'PodInitializing' : 'ContainerCreating'
      return {
        ...identity,
        imageID: '',
        ready: false,
        started: false,
        state: { waiting: { reason } },
      }
    }
    case 'not ready':
    case 'ready':
      return {
        ...identity,
        containerID,
        ready: state === 'ready',
        started: true,
        state: { running: { startedAt } },
      }
    case 'succeeded':
      return { ...identity, containerID, ready: isInit, started: false, state: terminated(0) }
    case 'failed':
      return {
        ...identity,
        containerID,
        ready: false,
        started: false,
        state: terminated(exitCodeOf(pod)),
      }
    case 'crashing':
      return {
        ...identity,
        containerID,
        restartCount: 1,
        ready: false,
        started: false,
        lastState:
          recordAt(before, 'lastState')['terminated'] === undefined
            ? terminated(exitCodeOf(pod))
            : recordAt(before, 'lastState'),
        state: {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: `back-off 10s restarting failed container=${name} pod=${pod.metadata.name}_${pod.metadata.namespace}(${uid})`,
          },
        },
      }
  }
}

function named(before: Fields, list: string, { name }: Fields): Fields {
  return recordsAt(before, list).find((each) => each['name'] === name) ?? {}
}
