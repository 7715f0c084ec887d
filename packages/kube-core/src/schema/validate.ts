import type { FieldError } from '../field-error.ts'
import { SchemaValidator, type ValidateOptions } from './schema-validator.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * What is wrong with a value, in the API server's wording. Patterns are compiled for this call only;
 * keep a `SchemaValidator` to validate many values against one schema.
 */
export function validateSchema(
  object: unknown,
  schema: StructuralSchema,
  options: ValidateOptions = {},
): FieldError[] {
  return new SchemaValidator(schema).validate(object, options)
}
