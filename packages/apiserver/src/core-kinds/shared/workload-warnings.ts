import { checkDnsLabel, deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import { recordAt, type Fields } from '../../definitions/fields.ts'
import { podTemplateWarnings } from './pod/pod-warnings.ts'

/** Of the names of pods, which are made from the controller's when it is created. */
export function nameWarnings(object: KubernetesObject, previous?: KubernetesObject): string[] {
  if (previous !== undefined) return []
  const problems = checkDnsLabel(object.metadata.name ?? '')
  if (problems.length === 0) return []
  return [
    'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; ' +
      `a DNS label is recommended: [${problems.join(' ')}]`,
  ]
}

/** Of the pod template in `spec`, when it is new or its object has changed. */
export function templateWarnings(object: KubernetesObject, previous?: KubernetesObject): string[] {
  if (previous !== undefined && deepEqual(object['spec'], previous['spec'])) return []
  return podTemplateWarnings(templateOf(object), 'spec.template')
}

function templateOf(object: KubernetesObject): Fields {
  return recordAt(recordAt(object, 'spec'), 'template')
}
