import { goQuote } from '../go-quote.ts'
import type { FieldError } from '../field-error.ts'
import { compilePattern } from '@fairlead/cel'
import type { StructuralSchema } from './structural-schema.ts'

type Level = 'root' | 'item' | 'field'

/**
 * Why a schema is not structural; empty when it is. Paths are relative to the schema, such as
 * `properties[spec].items`. The rules and wording are the API server's for
 * `apiextensions.k8s.io/v1`.
 */
export function checkStructural(schema: StructuralSchema): FieldError[] {
  const errors = checkNode(schema, 'root', '')
  return errors.toSorted((a, b) => compare(a.field, b.field) || compare(a.detail, b.detail))
}

function checkNode(schema: StructuralSchema, level: Level, path: string): FieldError[] {
  return [
    ...checkChildren(schema, path),
    ...checkType(schema, level, path),
    ...checkExtensions(schema, path),
    ...checkLists(schema, path),
    ...checkMetadata(schema, level, path),
    ...checkValueValidation(schema, schema, path),
  ]
}

function checkChildren(schema: StructuralSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.type === 'array' && !schema.items) {
    errors.push(required(child(path, 'items'), 'must be specified'))
  }
  if (schema.items) errors.push(...checkNode(schema.items, 'item', child(path, 'items')))
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkNode(property, 'field', propertyPath(path, name)))
  }
  const { additionalProperties } = schema
  if (additionalProperties === undefined) return errors
  const additionalPath = child(path, 'additionalProperties')
  if (path === '') errors.push(forbidden(additionalPath, 'must not be used at the root'))
  if (Object.keys(schema.properties ?? {}).length > 0 && additionalProperties !== true) {
    const detail = 'additionalProperties and properties are mutual exclusive'
    errors.push(forbidden(additionalPath, detail))
  }
  if (typeof additionalProperties === 'object') {
    errors.push(...checkNode(additionalProperties, 'field', additionalPath))
  }
  return errors
}

const emptyType: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}
const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']

function checkType(schema: StructuralSchema, level: Level, path: string): FieldError[] {
  const typePath = child(path, 'type')
  const { type } = schema
  if (schema['x-kubernetes-embedded-resource'] && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    return [type ? invalid(typePath, type, detail) : required(typePath, detail)]
  }
  if (!type) {
    const free =
      schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']
    return free ? [] : [required(typePath, emptyType[level])]
  }
  if (type === 'null')
    return [forbidden(typePath, 'type cannot be set to null, use nullable as an alternative')]
  if (!types.includes(type)) {
    const detail = `supported values: ${types.map(goQuote).join(', ')}`
    return [{ type: 'Unsupported', field: typePath, badValue: type, detail }]
  }
  if (level === 'root' && type !== 'object') {
    return [invalid(typePath, type, 'must be object at the root')]
  }
  return []
}

function checkExtensions(schema: StructuralSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const detail = 'must be false if x-kubernetes-int-or-string is true'
  for (const name of [
    'x-kubernetes-preserve-unknown-fields',
    'x-kubernetes-embedded-resource',
  ] as const) {
    if (schema['x-kubernetes-int-or-string'] && schema[name]) {
      errors.push(invalid(child(path, name), true, detail))
    }
  }
  if (schema['x-kubernetes-embedded-resource']) errors.push(...checkEmbedded(schema, path))
  if (schema.uniqueItems) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    errors.push(forbidden(child(path, 'uniqueItems'), why))
  }
  return errors
}

function checkEmbedded(schema: StructuralSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.additionalProperties !== undefined) {
    const detail = 'must not be used if x-kubernetes-embedded-resource is set'
    errors.push(forbidden(child(path, 'additionalProperties'), detail))
  }
  const open = schema['x-kubernetes-preserve-unknown-fields']
  if (!open && Object.keys(schema.properties ?? {}).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'
    errors.push(required(child(path, 'properties'), detail))
  }
  return errors
}

function checkLists(schema: StructuralSchema, path: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const errors: FieldError[] = []
  if (listType !== undefined && schema.type !== 'array') {
    const detail = 'must be array if x-kubernetes-list-type is specified'
    errors.push(
      schema.type
        ? invalid(child(path, 'type'), schema.type, detail)
        : required(child(path, 'type'), detail),
    )
  }
  if (listType === 'map') errors.push(...checkMapList(schema, keys, path))
  else if (keys.length > 0) {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty'
    errors.push(invalid(child(path, 'x-kubernetes-list-type'), listType ?? null, detail))
  }
  return errors
}

function checkMapList(schema: StructuralSchema, keys: string[], path: string): FieldError[] {
  const keysPath = child(path, 'x-kubernetes-list-map-keys')
  if (keys.length === 0) {
    return [required(keysPath, 'must not be empty if x-kubernetes-list-type is map')]
  }
  const items = schema.items ?? {}
  const errors: FieldError[] = []
  if (items.type !== 'object') {
    const detail = "must only be 'object' if x-kubernetes-list-type is map"
    errors.push(invalid(child(path, 'items.type'), items.type ?? '', detail))
  }
  for (const [index, key] of keys.entries()) {
    const property = items.properties?.[key]
    if (!property) {
      const detail = 'entries must all be names of item properties'
      errors.push(invalid(`${keysPath}[${index}]`, key, detail))
    } else if (!items.required?.includes(key) && property.default === undefined) {
      const detail =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
      errors.push(required(child(path, `items.properties[${key}].default`), detail))
    }
  }
  return errors
}

function checkMetadata(schema: StructuralSchema, level: Level, path: string): FieldError[] {
  if (level !== 'root' && !schema['x-kubernetes-embedded-resource']) return []
  const errors: FieldError[] = []
  const properties = schema.properties ?? {}
  for (const name of ['apiVersion', 'kind'] as const) {
    const property = properties[name]
    if (property && property.type !== 'string') {
      const field = child(propertyPath(path, name), 'type')
      errors.push(invalid(field, property.type ?? '', 'must be string'))
    }
  }
  const { metadata } = properties
  if (!metadata) return errors
  const metadataPath = propertyPath(path, 'metadata')
  if (metadata.type !== 'object') {
    errors.push(invalid(child(metadataPath, 'type'), metadata.type ?? '', 'must be object'))
  }
  if (level === 'root' && restrictsMore(metadata)) {
    const detail =
      'must not specify anything other than name and generateName, but metadata is implicitly specified'
    errors.push(forbidden(metadataPath, detail))
  }
  return errors
}

function restrictsMore(metadata: StructuralSchema): boolean {
  const allowed = ['type', 'description', 'properties']
  const names = Object.keys(metadata.properties ?? {})
  return (
    Object.keys(metadata).some((keyword) => !allowed.includes(keyword)) ||
    names.some((name) => name !== 'name' && name !== 'generateName')
  )
}

/** `outer` is where the fields that `value` constrains must be declared. */
function checkValueValidation(
  value: StructuralSchema,
  outer: StructuralSchema | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, branch] of (value[junctor] ?? []).entries()) {
      if (junctor === 'anyOf' && isIntOrStringUnion(value)) continue
      errors.push(...checkNested(branch, outer, `${child(path, junctor)}[${index}]`))
    }
  }
  if (value.not) errors.push(...checkNested(value.not, outer, child(path, 'not')))
  if (value.pattern) {
    try {
      compilePattern(value.pattern)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const detail = `must be a valid regular expression, but isn't: ${why}`
      errors.push(invalid(child(path, 'pattern'), value.pattern, detail))
    }
  }
  return errors
}

const forbiddenInside = {
  type: 'must be empty to be structural',
  additionalProperties: 'must be undefined to be structural',
  default: 'must be undefined to be structural',
  title: 'must be empty to be structural',
  description: 'must be empty to be structural',
  nullable: 'must be false to be structural',
  'x-kubernetes-preserve-unknown-fields': 'must be false to be structural',
  'x-kubernetes-embedded-resource': 'must be false to be structural',
  'x-kubernetes-int-or-string': 'must be false to be structural',
  'x-kubernetes-list-map-keys': 'must be empty to be structural',
  'x-kubernetes-list-type': 'must be undefined to be structural',
  'x-kubernetes-map-type': 'must be undefined to be structural',
  'x-kubernetes-validations': 'must be empty to be structural',
} as const

function checkNested(
  value: StructuralSchema,
  outer: StructuralSchema | undefined,
  path: string,
): FieldError[] {
  const errors = checkValueValidation(value, outer, path)
  for (const [keyword, detail] of Object.entries(forbiddenInside)) {
    if (Object.hasOwn(value, keyword)) errors.push(forbidden(child(path, keyword), detail))
  }
  if (value.items) {
    const itemsPath = child(path, 'items')
    if (!outer?.items) errors.push(undeclared(itemsPath))
    errors.push(...checkNested(value.items, outer?.items, itemsPath))
  }
  for (const [name, property] of Object.entries(value.properties ?? {})) {
    const field = propertyPath(path, name)
    if (name === 'metadata') {
      errors.push(forbidden(field, 'must not be specified in a nested context'))
    }
    const declared = outer?.properties?.[name]
    if (!declared) errors.push(undeclared(field))
    errors.push(...checkNested(property, declared, field))
  }
  return errors
}

function undeclared(field: string): FieldError {
  const at = field.replace(/(?:^|\.)(?:allOf|anyOf|oneOf)\[\d+\]|(?:^|\.)not(?=\.|$)/g, '')
  return required(at.replace(/^\./, ''), `because it is defined in ${field}`)
}

function isIntOrStringUnion({ anyOf, ...schema }: StructuralSchema): boolean {
  const branches = anyOf?.map((branch) => branch.type).join()
  return schema['x-kubernetes-int-or-string'] === true && branches === 'integer,string'
}

function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function propertyPath(path: string, name: string): string {
  return `${child(path, 'properties')}[${name}]`
}

function required(field: string, detail: string): FieldError {
  return { type: 'Required', field, detail }
}

function forbidden(field: string, detail: string): FieldError {
  return { type: 'Forbidden', field, detail }
}

function invalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, badValue, detail }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
