import { copyJson, type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import type { MutableObject, ResourceDefinition } from '../definitions/resource-definition.ts'

/** Whether a request is for objects of a kind themselves, not for a subresource. */
export function isFor(
  { definition, subresource }: AdmissionRequest,
  group: string,
  plural: string,
): boolean {
  return subresource === undefined && isResource(definition, group, plural)
}

function isResource(definition: ResourceDefinition, group: string, plural: string): boolean {
  return definition.plural === plural && definition.group === group
}

/** A changed copy of the object of a request; undefined for one without. */
export function changed(
  { object }: AdmissionRequest,
  change: (copy: MutableObject) => void,
): KubernetesObject | undefined {
  if (object === undefined) return undefined
  const copy = copyJson(object)
  change(copy)
  return copy
}

/** A value in a message: a text as it is, anything else as JSON. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** Several mistakes as one text, as NewAggregate in Kubernetes joins them. */
export function joined(problems: readonly string[]): string {
  const different = [...new Set(problems)]
  return different.length === 1 ? (different[0] ?? '') : `[${different.join(', ')}]`
}
