import type { FieldError } from '../field-error.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'

/** The CEL rules of a schema, compiled. */
export interface RuleSet {
  readonly schema: StructuralSchema
}

export function compileRules(schema: StructuralSchema): { rules: RuleSet; errors: FieldError[] } {
  return { rules: { schema }, errors: [] }
}
