import { deepEqual, invalidField, type FieldError } from '@fairlead/kube-core'

import type { Fields } from '../../definitions/fields.ts'

/**
 * As ValidateImmutableField in Kubernetes' API machinery, for some fields of `path`.
 * @param shown what a message shows for the field's value; the value itself without it
 */
export function immutableErrors(
  next: Fields,
  previous: Fields,
  path: string,
  fields: readonly string[],
  shown: (value: unknown) => unknown = (value) => value ?? null,
): FieldError[] {
  return fields
    .filter((field) => !deepEqual(next[field], previous[field]))
    .map((field) => {
      const name = path === '' ? field : `${path}.${field}`
      return invalidField(name, shown(next[field]), 'field is immutable')
    })
}
