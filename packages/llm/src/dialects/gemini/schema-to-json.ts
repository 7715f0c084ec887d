import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'
import { fieldOf, snakeCase } from './spelling.ts'

const counts = [
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
] as const

/** Read by name; all other fields are kept as they are. */
const readFields: ReadonlySet<string> = new Set(
  ['type', 'nullable', 'enum', 'properties', 'items', 'anyOf', 'prefixItems', ...counts].flatMap(
    (name) => [name, snakeCase(name)],
  ),
)

/**
 * JSON Schema for the API's own `Schema` (https://ai.google.dev/api/caching#Schema), which writes types
 * in capitals, counts as texts, and `nullable` instead of a type `null`.
 */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const result: Record<string, unknown> = {}
  const type = typeOf(schema['type'])
  const isNullable = schema['nullable'] === true
  if (type !== undefined) result['type'] = isNullable ? [type, 'null'] : type
  for (const [name, value] of Object.entries(schema)) {
    if (!readFields.has(name)) result[name] = value
  }
  const { properties, items } = schema
  const values = arrayOrEmpty(schema['enum'])
  if (values.length > 0) result['enum'] = isNullable ? [...values, null] : values
  if (isJsonObject(properties)) {
    result['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, child]) => [name, childOf(child)]),
    )
  }
  if (items !== undefined) result['items'] = childOf(items)
  const anyOf = fieldOf(schema, 'anyOf')
  if (Array.isArray(anyOf)) {
    const nothing = isNullable && type === undefined ? [{ type: 'null' }] : []
    result['anyOf'] = [...anyOf.map(childOf), ...nothing]
  }
  const prefixItems = fieldOf(schema, 'prefixItems')
  if (Array.isArray(prefixItems)) result['prefixItems'] = prefixItems.map(childOf)
  for (const name of counts) {
    const count = fieldOf(schema, name)
    if (count !== undefined && count !== null) result[name] = Number(count)
  }
  return result
}

const childOf = (value: unknown): unknown => (isJsonObject(value) ? jsonSchemaOf(value) : value)

function typeOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== 'TYPE_UNSPECIFIED' ? value.toLowerCase() : undefined
}
