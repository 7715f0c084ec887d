import { canonicalJson } from '@fairlead/base'
import { checkDnsLabel, checkLabelValue } from '@fairlead/kube-core'
import type { KubernetesObject, TypedObject } from '@fairlead/kube-core'
import { hash } from 'node:crypto'
import { controllerOf } from '../owner-reference.ts'

/** The label that says whose declaration an object is of: `<controller>.<child>`. */
export const childLabel = 'operator.fairlead.dev/child'

/** The annotation with the hash of what was last applied, by whichever process. */
const appliedAnnotation = 'operator.fairlead.dev/applied'

/** The value of the label. Throws a TypeError if the names do not make one. */
export function childLabelValue(controller: string, child: string): string {
  const value = `${controller}.${child}`
  const problems = [...checkDnsLabel(child), ...checkLabelValue(value)]
  if (problems.length > 0) {
    throw new TypeError(`the child ${child} of ${controller} needs another name: ${problems[0]}`)
  }
  return value
}

/** The name of the declaration that the object was made by, if it was by one of the controller's. */
export function childNameOf(controller: string, object: TypedObject): string | undefined {
  const value = object.metadata.labels?.[childLabel] ?? ''
  const dot = value.lastIndexOf('.')
  return dot >= 0 && value.slice(0, dot) === controller ? value.slice(dot + 1) : undefined
}

/** The hash of what was applied last; undefined for what none of us has applied. */
export function appliedHash(object: TypedObject): string | undefined {
  return object.metadata.annotations?.[appliedAnnotation]
}

/** The object with the hash of all else of it. */
export function withAppliedHash(object: KubernetesObject): KubernetesObject {
  const digest = hash('sha256', canonicalJson(object)).slice(0, 32)
  const annotations = { ...object.metadata.annotations, [appliedAnnotation]: digest }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** Whether this very owner, and not an earlier one of its name, controls the object. */
export function isControlledBy(object: TypedObject, owner: TypedObject): boolean {
  const uid = owner.metadata.uid
  return uid !== undefined && controllerOf(object)?.uid === uid
}
