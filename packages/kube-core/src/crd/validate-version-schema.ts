import { append } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import { GoSyntax } from '../go-syntax.ts'
import type { SchemaSource } from '../schema/check-open-api.ts'
import { checkStructural } from '../schema/check-structural.ts'
import { child, invalid } from '../schema/schema-path.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { unsupportedKeyword } from '../schema/unsupported-keyword.ts'
import { checkDefaults } from './validate-defaults.ts'
import { SchemaWalk } from './schema-walk.ts'

/** What else is known of the version whose schema is checked. */
interface VersionContext {
  /** Whether the status has an endpoint of its own. */
  readonly hasStatus: boolean
  /** Whether the stored definition has the same schema: what its rules cost is accepted. */
  readonly isUnchanged: boolean
}

/** As validateCustomResourceDefinitionValidation in Kubernetes' apiextensions-apiserver. */
export function checkVersionSchema(
  validation: { openAPIV3Schema?: StructuralSchema } | undefined,
  path: string,
  context: VersionContext,
): FieldError[] {
  const schema: SchemaSource | undefined = validation?.openAPIV3Schema
  if (!schema) return []
  const at = child(path, 'openAPIV3Schema')
  const errors = context.hasStatus ? checkRoot(schema, at) : []
  if (schema.nullable) {
    const detail = 'nullable cannot be true at the root'
    errors.push({ type: 'Forbidden', field: `${at}.nullable`, detail })
  }
  const unsupported = unsupportedKeyword(schema)
  const structural = unsupported === undefined ? checkStructure(schema, at) : []
  append(errors, structural)
  const walk = new SchemaWalk(context.isUnchanged)
  const rulesApply = unsupported === undefined && structural.length === 0
  append(errors, walk.check(schema, at, rulesApply))
  if (errors.length === 0 && unsupported !== undefined) return [invalid(at, '', unsupported)]
  return [...errors, ...walk.totalCostErrors(at)]
}

function checkStructure(schema: StructuralSchema, path: string): FieldError[] {
  const errors = checkStructural(schema, path)
  return errors.length > 0 ? errors : checkDefaults(schema, path)
}

/** Keywords in the order in which the API server looks at them, with its names for them. */
const forbiddenAtRoot = [
  'id',
  '$schema',
  '$ref',
  'nullable',
  'default',
  'enum',
  'maxProperties',
  'minProperties',
  'allOf',
  'oneOf',
  'anyOf',
  'not',
  'additionalProperties',
  'patternProperties',
  'dependencies',
  'additionalItems',
  'definitions',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
] as const

const allowedAtRoot =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations'

/** Where the status has an endpoint, the part of the schema for it is taken out of the root. */
function checkRoot(schema: SchemaSource, path: string): FieldError[] {
  if (schema.type && schema.type !== 'object') {
    const detail =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
    return [invalid(child(path, 'type'), schema.type, detail)]
  }
  if (!forbiddenAtRoot.some((keyword) => isSet(schema[keyword]))) return []
  const detail = `only [${allowedAtRoot}] fields are allowed at the root of the schema if the status subresource is enabled`
  return [invalid(path, new GoSyntax('apiextensions.JSONSchemaProps{…}'), detail)]
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== undefined && value !== null && value !== false && value !== ''
}
