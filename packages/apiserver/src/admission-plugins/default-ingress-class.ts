import { objectOrEmpty } from '@fairlead/base'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { Storage } from '../storage/storage.ts'
import { defaultClassOf } from './default-class.ts'
import { changed, isFor } from './plugin-request.ts'

const group = 'networking.k8s.io'
const defaultAnnotation = 'ingressclass.kubernetes.io/is-default-class'
const classAnnotation = 'kubernetes.io/ingress.class'

/** Gives new ingresses that name no class the default one. */
export function defaultIngressClass(storage: Storage): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    mutate: (request) => {
      const { operation, object } = request
      if (operation !== 'CREATE' || !isFor(request, group, 'ingresses')) return undefined
      const spec = objectOrEmpty(object?.['spec'])
      const isNamed = object?.metadata.annotations?.[classAnnotation] !== undefined
      if (isNamed || typeof spec['ingressClassName'] === 'string') return undefined
      const classes = storage.list({ resource: `ingressclasses.${group}` }).objects
      const name = defaultClassOf(classes, [defaultAnnotation])?.metadata.name
      if (name === undefined) return undefined
      return changed(request, (ingress) => (ingress['spec'] = { ...spec, ingressClassName: name }))
    },
  }
}
