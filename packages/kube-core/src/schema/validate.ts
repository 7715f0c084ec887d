import type { FieldError } from '../field-error.ts'
import { SchemaValidator } from './schema-validator.ts'
import type { StructuralSchema } from './structural-schema.ts'

export interface ValidateSchemaOptions {
  /** Where the value is, as it shall stand in the messages. Defaults to the root. */
  path?: string
  /** The stored value on update: what was invalid before and did not change is tolerated. */
  old?: unknown
}

/**
 * What is wrong with a value, in the API server's wording. Patterns are compiled for this call only;
 * keep a `SchemaValidator` where many values meet one schema.
 */
export function validateSchema(
  object: unknown,
  schema: StructuralSchema,
  options: ValidateSchemaOptions = {},
): FieldError[] {
  return new SchemaValidator(schema).validate(object, options)
}
