import { copyJson, deepEqual, goQuote, type KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { changedFields } from '../shared/changed-fields.ts'
import { fieldsWithin } from '../shared/defaulting.ts'
import type { Place } from '../shared/place.ts'
import { mirrorAnnotation } from '../shared/pod/pod-annotations.ts'

/** The subresource through which containers are added to a pod that runs, as `kubectl debug` does. */
export const ephemeralContainers = 'ephemeralcontainers'

/** As dropNonEphemeralContainerUpdates in Kubernetes' pod strategy: all else stays. */
export function keepAllButEphemeral(pod: MutableObject, previous: KubernetesObject): void {
  const added = recordAt(pod, 'spec')['ephemeralContainers']
  const { managedFields, resourceVersion } = pod.metadata
  pod.metadata = copyJson(previous.metadata)
  Object.assign(pod.metadata, { managedFields, resourceVersion })
  pod['spec'] = copyJson(recordAt(previous, 'spec'))
  const spec = fieldsWithin(pod, 'spec')
  if (added === undefined) delete spec['ephemeralContainers']
  else spec['ephemeralContainers'] = added
  pod['status'] = copyJson(previous['status'])
}

/** As ValidatePodEphemeralContainersUpdate in Kubernetes' core validation. */
export function validateEphemeralUpdate(root: Place, previous: KubernetesObject): void {
  if (previous.metadata.annotations?.[mirrorAnnotation] !== undefined) {
    root.found.length = 0
    root.forbidden('', 'static pods do not support ephemeral containers')
    return
  }
  const spec = root.within('spec')
  const now = new Map(
    spec.each('ephemeralContainers').map(({ fields }) => [textAt(fields, 'name'), fields]),
  )
  for (const old of recordsAt(recordAt(previous, 'spec'), 'ephemeralContainers')) {
    const name = textAt(old, 'name')
    const shown = `existing ephemeral containers ${goQuote(name)}`
    const container = now.get(name)
    if (container === undefined) {
      spec.forbidden('ephemeralContainers', `${shown} may not be removed\n`)
    } else if (!deepEqual(container, old)) {
      const changes = changedFields(container, old, spec.pathOf('ephemeralContainers'))
      spec.forbidden('ephemeralContainers', `${shown} may not be changed\n${changes}`)
    }
  }
}
