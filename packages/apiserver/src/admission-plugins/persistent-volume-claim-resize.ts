import { objectOrEmpty } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { Storage } from '../storage/storage.ts'
import { parseAmounts } from '../quota/amounts.ts'
import { isFor } from './plugin-request.ts'

const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** Lets only claims grow that are bound and whose storage class can. */
export function persistentVolumeClaimResize(storage: Storage): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    validate: (request) => {
      const { operation, object, oldObject } = request
      if (operation !== 'UPDATE' || !isFor(request, '', 'persistentvolumeclaims')) return
      if (object === undefined || oldObject === undefined) return
      if (sizeOf(object) <= sizeOf(oldObject)) return
      if (objectOrEmpty(oldObject['status'])['phase'] !== 'Bound') {
        throw forbidden(request, 'Only bound persistent volume claims can be expanded')
      }
      if (canGrow(object, oldObject, storage)) return
      throw forbidden(
        request,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      )
    },
  }
}

function sizeOf(claim: KubernetesObject): bigint {
  const resources = objectOrEmpty(objectOrEmpty(claim['spec'])['resources'])
  return parseAmounts(resources['requests']).get('storage')?.nano ?? 0n
}

function canGrow(claim: KubernetesObject, previous: KubernetesObject, storage: Storage): boolean {
  const name = classOf(claim)
  if (name === '' || name !== classOf(previous)) return false
  const found = storage.get({ resource: 'storageclasses.storage.k8s.io', namespace: '', name })
  return found?.['allowVolumeExpansion'] === true
}

function classOf({ metadata, spec }: KubernetesObject): string {
  const annotated = metadata.annotations?.[classAnnotation]
  if (annotated !== undefined) return annotated
  const name = objectOrEmpty(spec)['storageClassName']
  return typeof name === 'string' ? name : ''
}
