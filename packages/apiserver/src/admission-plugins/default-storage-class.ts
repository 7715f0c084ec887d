import { objectOrEmpty } from '@fairlead/base'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { Storage } from '../storage/storage.ts'
import { defaultClassOf } from './default-class.ts'
import { changed, isFor } from './plugin-request.ts'

const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]
const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** Gives new claims that name no storage class the default one. */
export function defaultStorageClass(storage: Storage): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    mutate: (request) => {
      const { operation, object } = request
      if (operation !== 'CREATE' || !isFor(request, '', 'persistentvolumeclaims')) return undefined
      const spec = objectOrEmpty(object?.['spec'])
      const isNamed = object?.metadata.annotations?.[classAnnotation] !== undefined
      if (isNamed || typeof spec['storageClassName'] === 'string') return undefined
      const classes = storage.list({ resource: 'storageclasses.storage.k8s.io' }).objects
      const name = defaultClassOf(classes, defaultAnnotations)?.metadata.name
      if (name === undefined) return undefined
      return changed(request, (claim) => (claim['spec'] = { ...spec, storageClassName: name }))
    },
  }
}
