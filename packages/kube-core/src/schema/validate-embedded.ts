import type { JsonObject } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'

/** An embedded object must have an apiVersion and a kind. */
export function validateEmbedded(object: JsonObject, path: string): FieldError[] {
  return ['apiVersion', 'kind'].flatMap((name): FieldError[] => {
    const value = object[name]
    if (typeof value === 'string' && value !== '') return []
    return [{ type: 'Required', field: `${path}.${name}`, detail: 'must not be empty' }]
  })
}
