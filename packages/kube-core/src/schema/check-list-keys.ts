import { append } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import { goStrings, GoSyntax } from '../go-syntax.ts'
import { child, forbidden, invalid, propertyPath, required } from './schema-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** The rules for lists that identify their items. */
export function checkListKeys(schema: StructuralSchema, path: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const errors: FieldError[] = []
  if (keys.length > 0 && listType !== 'map') {
    const field = child(path, 'x-kubernetes-list-type')
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty'
    errors.push(listType === undefined ? required(field, detail) : invalid(field, listType, detail))
  }
  if (listType === 'map') append(errors, checkMap(schema, keys, path))
  if (listType === 'map' || listType === 'set') append(errors, checkItems(schema, listType, path))
  return errors
}

function checkMap(schema: StructuralSchema, keys: string[], path: string): FieldError[] {
  const errors: FieldError[] = []
  const keysPath = child(path, 'x-kubernetes-list-map-keys')
  const itemsPath = child(path, 'items')
  if (keys.length === 0) {
    errors.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'))
  }
  const { items } = schema
  if (!items) {
    return [...errors, required(itemsPath, 'must have a schema if x-kubernetes-list-type is map')]
  }
  if (Array.isArray(items)) return [...errors, manySchemas(itemsPath)]
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map"
    return [...errors, invalid(child(itemsPath, 'type'), items.type ?? '', detail)]
  }
  return [...errors, ...checkKeys(items, keys, keysPath, itemsPath)]
}

function manySchemas(itemsPath: string): FieldError {
  const detail = 'must only have a single schema if x-kubernetes-list-type is map'
  const text =
    'apiextensions.JSONSchemaPropsOrArray{Schema:(*apiextensions.JSONSchemaProps)(nil), JSONSchemas:[]apiextensions.JSONSchemaProps{}}'
  return invalid(itemsPath, new GoSyntax(text), detail)
}

function checkKeys(
  items: StructuralSchema,
  keys: readonly string[],
  keysPath: string,
  itemsPath: string,
): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const key of keys) {
    const property = ownProperty(items, key)
    if (!property) {
      const detail = 'entries must all be names of item properties'
      errors.push(invalid(keysPath, goStrings(keys), detail))
    } else if (property.type === 'array' || property.type === 'object') {
      const field = child(propertyPath(itemsPath, key), 'type')
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map"
      errors.push(invalid(field, items.type, detail))
    }
    if (seen.has(key)) {
      errors.push(invalid(keysPath, goStrings(keys), 'must not contain duplicate entries'))
    }
    seen.add(key)
  }
  return errors
}

/** Items and their keys must always be there. */
function checkItems(schema: StructuralSchema, listType: string, path: string): FieldError[] {
  const { items } = schema
  if (!items || Array.isArray(items)) return []
  const errors: FieldError[] = []
  const itemsPath = child(path, 'items')
  if (items.nullable) {
    const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`
    errors.push(forbidden(child(itemsPath, 'nullable'), detail))
  }
  if (listType === 'set') return errors
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = ownProperty(items, key)
    if (!property) continue
    const field = propertyPath(itemsPath, key)
    const hasDefault = property.default !== undefined && property.default !== null
    if (!items.required?.includes(key) && !hasDefault) {
      const detail =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
      errors.push(required(child(field, 'default'), detail))
    }
    if (property.nullable) {
      const detail = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'
      errors.push(forbidden(child(field, 'nullable'), detail))
    }
  }
  return errors
}

function ownProperty({ properties }: StructuralSchema, name: string): StructuralSchema | undefined {
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined
}
