import type { GroupVersionKind, KubernetesObject } from '@fairlead/kube-core'

import { scaleOf, withScale } from './scale.ts'
import type { ObjectTarget } from './resource-target.ts'

/** How admission sees the object of a request: for a scale, as that. */
interface AdmissionView {
  /** Where it is another kind than that of the resource. */
  readonly kind?: GroupVersionKind
  of(object: KubernetesObject): KubernetesObject
  /** The object with what admission has made of its view. */
  with(object: KubernetesObject, view: KubernetesObject): KubernetesObject
}

const whole: AdmissionView = { of: (object) => object, with: (_object, view) => view }

const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const

/** The view of an object, or of its subresource. */
export function admissionView(target: ObjectTarget): AdmissionView {
  if (target.subresource !== 'scale') return whole
  return {
    kind: scaleKind,
    of: (object) => scaleOf(target, object, true),
    with: (object, view) => withScale(target, object, view),
  }
}
