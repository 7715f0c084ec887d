import { deepEqual, type FieldError, type KubernetesObject } from '@fairlead/kube-core'

/** Once `immutable` is true, neither it nor the data may change. */
export function immutableDataErrors(
  object: KubernetesObject,
  previous: KubernetesObject,
  fields: readonly string[],
): FieldError[] {
  if (previous['immutable'] !== true) return []
  const detail = 'field is immutable when `immutable` is set'
  const changed = fields.filter((field) => !deepEqual(object[field] ?? {}, previous[field] ?? {}))
  if (object['immutable'] !== true) changed.unshift('immutable')
  return changed.map((field) => ({ type: 'Forbidden', field, detail }))
}
