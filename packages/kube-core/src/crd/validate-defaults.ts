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
  return checkWithin(schema, path, false)
}

/** @param isMetadata whether the schema is of the metadata, apiVersion or kind of an embedded object */
function checkWithin(schema: StructuralSchema, path: string, isMetadata: boolean): FieldError[] {
  const errors: FieldError[] = []
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const isWithin = isMetadata && !isEmbedded
  if (schema.default !== undefined && schema.default !== null) {
    append(errors, checkDefault(schema, child(path, 'default'), isWithin))
  }
  // A default inside of additionalProperties is never applied to an absent value, nor checked.
  if (schema.items) append(errors, checkWithin(schema.items, child(path, 'items'), isWithin))
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isType = isEmbedded && (name === 'metadata' || name === 'apiVersion' || name === 'kind')
    append(errors, checkWithin(property, propertyPath(path, name), isWithin || isType))
  }
  return errors
}

/** What is unknown in metadata is dropped, as from objects. */
function checkDefault(schema: StructuralSchema, field: string, isMetadata: boolean): FieldError[] {
  const value = schema.default
  const errors: FieldError[] = []
  if (!isMetadata && hasUnknownFields(schema))
    errors.push(invalid(field, value, 'must not have unknown fields'))
  const found = validateSchema(value, schema)
  const broken = found.length > 0 ? found : brokenRules(value, schema)
  return [...errors, ...broken.map((error) => ({ ...error, field: below(field, error.field) }))]
}

function hasUnknownFields(schema: StructuralSchema): boolean {
  const wrapped: StructuralSchema = { type: 'object', properties: { value: schema } }
  const { pruned, ofMetadata } = pruneUnknownFields({ value: schema.default }, wrapped)
  return pruned.length > ofMetadata
}

/** The rules of the schema on its default. */
function brokenRules(value: unknown, schema: StructuralSchema): FieldError[] {
  const { rules } = compileRules(schema, false)
  return evaluateRules(rules, value, undefined)
}

function below(field: string, name: string): string {
  return name === '' || name === '<nil>' ? field : child(field, name)
}
