import type { FieldError } from '../field-error.ts'
import type { JsonObject } from '../json-object.ts'

/** An embedded object must have apiVersion and kind. */
export function validateEmbedded(object: JsonObject, path: string): FieldError[] {
  return ['apiVersion', 'kind'].flatMap((name): FieldError[] => {
    const value = object[name]
    if (typeof value === 'string' && value !== '') return []
    return [{ type: 'Required', field: `${path}.${name}`, detail: 'must not be empty' }]
  })
}
