import { append } from '@fairlead/base'
import { compilePattern } from '@fairlead/cel'
import { fieldErrorMessage, type FieldError } from '../field-error.ts'
import { checkCompleteness } from './check-completeness.ts'
import { child, forbidden, invalid, propertyPath, required } from './schema-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

type Level = 'root' | 'item' | 'field'

/**
 * Why a schema is not structural, in the order of the messages; empty when it is. Fields start with
 * `path`. As ValidateStructural in Kubernetes' apiextensions-apiserver.
 */
export function checkStructural(schema: StructuralSchema, path = ''): FieldError[] {
  const errors = [...checkNode(schema, 'root', path), ...checkCompleteness(schema, path)]
  return errors
    .map((error) => ({ error, message: fieldErrorMessage(error) }))
    .toSorted((a, b) => compare(a.message, b.message))
    .map(({ error }) => error)
}

function checkNode(schema: StructuralSchema, level: Level, path: string): FieldError[] {
  return [
    ...checkChildren(schema, level, path),
    ...checkExtensions(schema, path),
    ...checkValueValidation(schema, path, hasIntOrStringUnion(schema), startsWithUnion(schema)),
    ...checkType(schema, level, path),
    ...checkMetadata(schema, level, path),
    ...checkEmbedded(schema, path),
  ]
}

function checkChildren(schema: StructuralSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { items, properties, additionalProperties } = schema
  if (schema.type === 'array' && !items) {
    errors.push(required(child(path, 'items'), 'must be specified'))
  }
  if (items) append(errors, checkNode(items, 'item', child(path, 'items')))
  for (const [name, property] of Object.entries(properties ?? {})) {
    append(errors, checkNode(property, 'field', propertyPath(path, name)))
  }
  if (additionalProperties === undefined) return errors
  const additionalPath = child(path, 'additionalProperties')
  if (level === 'root') errors.push(forbidden(additionalPath, 'must not be used at the root'))
  if (typeof additionalProperties === 'object') {
    append(errors, checkNode(additionalProperties, 'field', additionalPath))
  }
  return errors
}

const emptyType: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

function checkType(schema: StructuralSchema, level: Level, path: string): FieldError[] {
  const typePath = child(path, 'type')
  const { type } = schema
  const errors: FieldError[] = []
  if (schema['x-kubernetes-embedded-resource'] && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    errors.push(type ? invalid(typePath, type, detail) : required(typePath, detail))
  } else if (!type && !isUntyped(schema)) {
    errors.push(required(typePath, emptyType[level]))
  }
  if (level === 'root' && type && type !== 'object') {
    errors.push(invalid(typePath, type, 'must be object at the root'))
  }
  return errors
}

function isUntyped(schema: StructuralSchema): boolean {
  return Boolean(
    schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'],
  )
}

function checkExtensions(schema: StructuralSchema, path: string): FieldError[] {
  if (!schema['x-kubernetes-int-or-string']) return []
  const detail = 'must be false if x-kubernetes-int-or-string is true'
  return (['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    .filter((name) => schema[name])
    .map((name) => invalid(child(path, name), true, detail))
}

function checkEmbedded(schema: StructuralSchema, path: string): FieldError[] {
  if (!schema['x-kubernetes-embedded-resource']) return []
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

function checkMetadata(schema: StructuralSchema, level: Level, path: string): FieldError[] {
  const isObject = level === 'root' || schema['x-kubernetes-embedded-resource'] === true
  if (!isObject) return []
  const errors: FieldError[] = []
  const properties = schema.properties ?? {}
  for (const name of ['kind', 'apiVersion'] as const) {
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

/** Whether the schema of the metadata says anything besides the type, a default and the names. */
function restrictsMore(metadata: StructuralSchema): boolean {
  const { type: _type, default: _default, properties = {}, ...rest } = metadata
  const names = Object.keys(properties)
  return (
    Object.values(rest).some((value) => Boolean(value) || value === 0) ||
    names.some((name) => name !== 'name' && name !== 'generateName')
  )
}

/** Checks what is below the junctors. A union that int-or-string allows is not checked. */
function checkValueValidation(
  value: StructuralSchema,
  path: string,
  skipsUnion = false,
  skipsFirstUnion = false,
): FieldError[] {
  const errors: FieldError[] = []
  for (const [index, branch] of (skipsUnion ? [] : (value.anyOf ?? [])).entries()) {
    append(errors, checkNested(branch, `${child(path, 'anyOf')}[${index}]`))
  }
  for (const [index, branch] of (value.allOf ?? []).entries()) {
    const skips = skipsFirstUnion && index === 0
    append(errors, checkNested(branch, `${child(path, 'allOf')}[${index}]`, skips))
  }
  for (const [index, branch] of (value.oneOf ?? []).entries()) {
    append(errors, checkNested(branch, `${child(path, 'oneOf')}[${index}]`))
  }
  if (value.not) append(errors, checkNested(value.not, child(path, 'not')))
  const problem = value.pattern ? patternProblem(value.pattern) : undefined
  if (problem !== undefined) {
    const detail = `must be a valid regular expression, but isn't: ${problem}`
    errors.push(invalid(child(path, 'pattern'), value.pattern, detail))
  }
  return errors
}

function patternProblem(pattern: string): string | undefined {
  try {
    compilePattern(pattern)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const forbiddenInside = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
] as const

/** What is below a junctor may only restrict values. */
function checkNested(value: StructuralSchema, path: string, skipsUnion = false): FieldError[] {
  const errors = checkValueValidation(value, path, skipsUnion)
  if (value.items) append(errors, checkNested(value.items, child(path, 'items')))
  for (const [name, property] of Object.entries(value.properties ?? {})) {
    append(errors, checkNested(property, propertyPath(path, name)))
  }
  for (const [keyword, detail] of forbiddenInside) {
    if (isSet(value, keyword)) errors.push(forbidden(child(path, keyword), detail))
  }
  if (value.properties && Object.hasOwn(value.properties, 'metadata')) {
    const detail = 'must not be specified in a nested context'
    errors.push(forbidden(propertyPath(path, 'metadata'), detail))
  }
  return errors
}

function isSet(value: StructuralSchema, keyword: (typeof forbiddenInside)[number][0]): boolean {
  const found: unknown = value[keyword]
  if (keyword === 'default') return found !== undefined && found !== null
  if (keyword === 'x-kubernetes-list-type' || keyword === 'x-kubernetes-map-type') {
    return found !== undefined
  }
  return Array.isArray(found) ? found.length > 0 : Boolean(found)
}

/** `anyOf: [{type: integer}, {type: string}]` and nothing else in it. */
function hasIntOrStringUnion({ anyOf }: StructuralSchema): boolean {
  const [first, second, ...more] = anyOf ?? []
  return more.length === 0 && isOnlyType(first, 'integer') && isOnlyType(second, 'string')
}

function startsWithUnion({ allOf }: StructuralSchema): boolean {
  const [first] = allOf ?? []
  return first !== undefined && hasIntOrStringUnion(first)
}

function isOnlyType(schema: StructuralSchema | undefined, type: string): boolean {
  return schema?.type === type && Object.keys(schema).length === 1
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
