import type { FieldError } from '../field-error.ts'
import type { CustomResourceDefinitionObject } from './custom-resource-definition.ts'

export function validateCustomResourceDefinition(
  _definition: CustomResourceDefinitionObject,
): FieldError[] {
  return []
}
