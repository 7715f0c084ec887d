import type { FieldError } from '../field-error.ts'
import { SchemaValidator } from './schema-validator.ts'
import type { StructuralSchema } from './structural-schema.ts'

export interface ValidateSchemaOptions {
  /** The path of the value, as shown in messages. Defaults to the root. */
  path?: string
  /** The stored value on update: invalid parts that did not change are tolerated. */
  old?: unknown
}

/**
 * What is wrong with a value, in the API server's wording. Patterns are compiled for this call only;
 * keep a `SchemaValidator` to validate many values against one schema.
 */
export function validateSchema(
  object: unknown,
  schema: StructuralSchema,
  options: ValidateSchemaOptions = {},
): FieldError[] {
  return new SchemaValidator(schema).validate(object, options)
}
