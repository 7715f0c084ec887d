import type { FieldError } from '../field-error.ts'
import { SchemaValidator } from './schema-validator.ts'
import type { StructuralSchema } from './structural-schema.ts'

export interface ValidateSchemaOptions {
  /** The path of the value in messages. Defaults to the root. */
  path?: string
  /**
   * The stored value on update: values that were already invalid and did not change are tolerated.
   */
  old?: unknown
}

/**
 * Validation errors of a value, in the API server's wording. Patterns are compiled for this call
 * only; keep a `SchemaValidator` to check many values against one schema.
 */
export function validateSchema(
  object: unknown,
  schema: StructuralSchema,
  options: ValidateSchemaOptions = {},
): FieldError[] {
  return new SchemaValidator(schema).validate(object, options)
}
