import { append } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import { supportedValues } from '../field-error.ts'
import { checkListKeys } from './check-list-keys.ts'
import { checkRuleTexts } from './check-rule-texts.ts'
import { child, forbidden, invalid, required } from './schema-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** Keywords of JSON Schema that a definition may carry and that are refused. */
export type SchemaSource = StructuralSchema & {
  readonly id?: string
  readonly $schema?: string
  readonly $ref?: string
  readonly definitions?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, unknown>>
  readonly patternProperties?: Readonly<Record<string, unknown>>
  readonly additionalItems?: unknown
}

/** Where in a definition a schema is. */
export interface SchemaPlace {
  /** Why a default is forbidden here; undefined where it is allowed. */
  readonly noDefaults?: string
  /** Whether the schema describes type fields or metadata of an object. */
  readonly insideMetadata?: boolean
}

/**
 * Why the API server refuses one node of a schema, whatever is below it. As
 * ValidateCustomResourceDefinitionOpenAPISchema in Kubernetes' apiextensions-apiserver, without its
 * descent.
 */
export function checkOpenApi(
  schema: SchemaSource,
  path: string,
  place: SchemaPlace,
): { readonly before: FieldError[]; readonly after: FieldError[] } {
  return {
    before: [
      ...checkKeywords(schema, path, place),
      ...(schema.uniqueItems ? [uniqueItems(path)] : []),
      ...checkAdditionalProperties(schema, path),
    ],
    after: [
      ...checkPreserveUnknown(schema, path),
      ...checkMapType(schema, path),
      ...checkListType(schema, path),
      ...checkListKeys(schema, path),
      ...checkRuleTexts(schema, path),
    ],
  }
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']

function checkKeywords(schema: SchemaSource, path: string, place: SchemaPlace): FieldError[] {
  const errors: FieldError[] = []
  const { type, noDefaults } = { type: schema.type, noDefaults: place.noDefaults }
  if (type && !types.includes(type)) errors.push(unsupported(child(path, 'type'), type, types))
  if (schema.default !== undefined && schema.default !== null && noDefaults !== undefined) {
    errors.push(forbidden(child(path, 'default'), `must not be set ${noDefaults}`))
  }
  for (const keyword of unsupportedKeywords) {
    if (isPresent(schema, keyword)) {
      errors.push(forbidden(child(path, keyword), `${keyword} is not supported`))
    }
  }
  if (type === 'null') {
    const detail = 'type cannot be set to null, use nullable as an alternative'
    errors.push(forbidden(child(path, 'type'), detail))
  }
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    const detail = 'items must be a schema object and not an array'
    errors.push(forbidden(child(path, 'items'), detail))
  }
  if (place.insideMetadata && schema['x-kubernetes-embedded-resource']) {
    const field = child(path, 'x-kubernetes-embedded-resource')
    errors.push(forbidden(field, 'must not be used inside of resource meta'))
  }
  return errors
}

const unsupportedKeywords = [
  'id',
  'additionalItems',
  'patternProperties',
  'definitions',
  'dependencies',
  '$ref',
] as const

function isPresent(schema: SchemaSource, keyword: keyof SchemaSource): boolean {
  const value: unknown = schema[keyword]
  if (value === undefined || value === null) return false
  if (keyword === 'id') return value !== ''
  if (keyword === 'patternProperties' || keyword === 'definitions') {
    return Object.keys(value).length > 0
  }
  return true
}

function uniqueItems(path: string): FieldError {
  const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
  return forbidden(child(path, 'uniqueItems'), detail)
}

function checkAdditionalProperties(schema: SchemaSource, path: string): FieldError[] {
  const { properties, additionalProperties } = schema
  const exclusive = additionalProperties !== undefined && additionalProperties !== true
  if (!exclusive || Object.keys(properties ?? {}).length === 0) return []
  const detail = 'additionalProperties and properties are mutual exclusive'
  return [forbidden(child(path, 'additionalProperties'), detail)]
}

function checkPreserveUnknown(schema: SchemaSource, path: string): FieldError[] {
  const name = 'x-kubernetes-preserve-unknown-fields'
  return schema[name] === false
    ? [invalid(child(path, name), false, 'must be true or undefined')]
    : []
}

function checkMapType(schema: SchemaSource, path: string): FieldError[] {
  const name = 'x-kubernetes-map-type'
  const mapType = schema[name]
  if (mapType === undefined) return []
  const errors: FieldError[] = []
  if (schema.type !== 'object') {
    const detail = 'must be object if x-kubernetes-map-type is specified'
    errors.push(wrongType(schema, path, detail))
  }
  const known = ['atomic', 'granular']
  if (!known.includes(mapType)) errors.push(unsupported(child(path, name), mapType, known))
  return errors
}

function checkListType(schema: SchemaSource, path: string): FieldError[] {
  const name = 'x-kubernetes-list-type'
  const listType = schema[name]
  if (listType === undefined) return []
  const errors: FieldError[] = []
  if (schema.type !== 'array') {
    errors.push(wrongType(schema, path, 'must be array if x-kubernetes-list-type is specified'))
  } else if (listType === 'set') append(errors, checkSetItems(schema.items, child(path, 'items')))
  const known = ['atomic', 'set', 'map']
  if (!known.includes(listType)) errors.push(unsupported(child(path, name), listType, known))
  return errors
}

/** Items of a set are compared whole. */
function checkSetItems(items: StructuralSchema | undefined, path: string): FieldError[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const listType = items?.['x-kubernetes-list-type']
  if (items?.type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalid(child(path, 'x-kubernetes-list-type'), listType, detail)]
  }
  if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    return [invalid(child(path, 'x-kubernetes-map-type'), listType ?? null, detail)]
  }
  return []
}

function wrongType(schema: SchemaSource, path: string, detail: string): FieldError {
  const field = child(path, 'type')
  return schema.type ? invalid(field, schema.type, detail) : required(field, detail)
}

function unsupported(field: string, badValue: string, values: readonly string[]): FieldError {
  return { type: 'Unsupported', field, badValue, detail: supportedValues(values) }
}
