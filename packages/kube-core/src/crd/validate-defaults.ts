import { append } from '@fairlead/base'
import { compileRules } from '../cel/compile-rules.ts'
import { evaluateRules } from '../cel/evaluate-rules.ts'
import type { FieldError } from '../field-error.ts'
import { pruneUnknownFields } from '../schema/prune.ts'
import { child, invalid, propertyPath } from '../schema/schema-path.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { validateSchema } from '../schema/validate.ts'

/**
 * What is wrong with the defaults of a schema: a default must be valid, also by the rules, and may
 * contain only declared fields. As ValidateDefaults in Kubernetes' apiextensions-apiserver.
 */
export function checkDefaults(schema: StructuralSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.default !== undefined && schema.default !== null) {
    append(errors, checkDefault(schema, child(path, 'default')))
  }
  // A default inside of additionalProperties is never applied to an absent value, nor checked.
  if (schema.items) append(errors, checkDefaults(schema.items, child(path, 'items')))
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    append(errors, checkDefaults(property, propertyPath(path, name)))
  }
  return errors
}

function checkDefault(schema: StructuralSchema, field: string): FieldError[] {
  const value = schema.default
  const errors: FieldError[] = []
  if (hasUnknownFields(schema)) errors.push(invalid(field, value, 'must not have unknown fields'))
  const found = validateSchema(value, schema)
  const broken = found.length > 0 ? found : brokenRules(value, schema)
  return [...errors, ...broken.map((error) => ({ ...error, field: below(field, error.field) }))]
}

function hasUnknownFields(schema: StructuralSchema): boolean {
  const wrapped: StructuralSchema = { type: 'object', properties: { value: schema } }
  return pruneUnknownFields({ value: schema.default }, wrapped).pruned.length > 0
}

/** The rules of the schema on its default. */
function brokenRules(value: unknown, schema: StructuralSchema): FieldError[] {
  const { rules } = compileRules(schema, false)
  return evaluateRules(rules, value, undefined)
}

function below(field: string, name: string): string {
  return name === '' || name === '<nil>' ? field : child(field, name)
}
