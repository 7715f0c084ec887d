import { checkDnsLabel, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { optionalRecordAt, optionalTextAt, recordAt, textAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { validateDomainPrefixedPath } from '../shared/domain-name.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { validateTypedReference } from './typed-reference.ts'

const controllerBytesMax = 250

/** As Kubernetes' IngressClass strategy, defaults and validation of `networking.k8s.io/v1`. */
export const ingressClassRules: KindRules = {
  group: 'networking.k8s.io',
  plural: 'ingressclasses',
  hasGeneration: true,
  columns: [
    textColumn('Controller', 'The controller of the class', (ingressClass) => {
      return textAt(recordAt(ingressClass, 'spec'), 'controller')
    }),
    textColumn('Parameters', 'A reference to more parameters', parametersOf),
  ],
  writeRules: {
    defaults(ingressClass) {
      const parameters = optionalRecordAt(recordAt(ingressClass, 'spec'), 'parameters')
      if (parameters !== undefined) parameters['scope'] ??= 'Cluster'
    },
    validateUpdate: (ingressClass, previous) =>
      immutableErrors(recordAt(ingressClass, 'spec'), recordAt(previous, 'spec'), 'spec', [
        'controller',
      ]),
    validate: (ingressClass) =>
      errorsOf(ingressClass, (root) => {
        const spec = root.within('spec')
        if (Buffer.byteLength(spec.text('controller')) > controllerBytesMax) {
          spec.tooLong('controller', controllerBytesMax)
        }
        validateDomainPrefixedPath(spec, 'controller')
        const parameters = spec.at('parameters')
        if (parameters !== undefined) validateParameters(parameters)
      }),
  },
}

function validateParameters(parameters: Place): void {
  validateTypedReference(parameters)
  if (!parameters.has('scope')) {
    parameters.required('scope')
    return
  }
  switch (parameters.text('scope')) {
    case 'Namespace':
      if (parameters.has('namespace')) {
        parameters.problems('namespace', checkDnsLabel(parameters.text('namespace')))
      } else parameters.required('namespace', "`parameters.scope` is set to 'Namespace'")
      break
    case 'Cluster':
      if (!parameters.has('namespace')) break
      parameters.forbidden('namespace', "`parameters.scope` is set to 'Cluster'")
      break
    default:
      parameters.unsupported('scope', ['Cluster', 'Namespace'])
  }
}

function parametersOf(ingressClass: KubernetesObject): string {
  const parameters = optionalRecordAt(recordAt(ingressClass, 'spec'), 'parameters')
  if (parameters === undefined) return '<none>'
  const group = optionalTextAt(parameters, 'apiGroup')
  const kind = textAt(parameters, 'kind')
  return `${group === undefined ? kind : `${kind}.${group}`}/${textAt(parameters, 'name')}`
}
