import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'

/**
 * The formats of strings that structured outputs know:
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs
 */
const formats: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
])

/** Keywords whose values are schemas by name. */
const schemaMaps: readonly string[] = ['$defs', 'definitions']

/**
 * A schema that structured outputs and strict tools accept, as the official SDKs make it: objects are
 * closed, `oneOf` is written as `anyOf`, and a keyword that the API refuses is told in the
 * description instead.
 */
export function structuredSchema(schema: JsonObject): JsonObject {
  const left = new Map(Object.entries(schema))
  const result: Record<string, unknown> = {}
  const take = (keyword: string): unknown => {
    const value = left.get(keyword)
    left.delete(keyword)
    return value
  }
  const keep = (keyword: string): void => {
    const value = take(keyword)
    if (value !== undefined) result[keyword] = value
  }
  for (const keyword of schemaMaps) {
    const definitions = take(keyword)
    if (isJsonObject(definitions)) result[keyword] = mapped(definitions)
  }
  keep('$ref')
  // Nothing may stand beside a reference.
  if (result['$ref'] !== undefined) return result
  take('$schema')
  const values = left.get('enum')
  // Only numbers, texts, booleans and null may be listed.
  if (Array.isArray(values) && values.length > 0 && values.every(isPrimitive)) keep('enum')
  if (isPrimitive(left.get('const'))) keep('const')
  const isLiteralSchema = 'enum' in result || 'const' in result
  takeVariants(take, result)
  const declared = take('type')
  // What is listed needs no type, and nothing that depends on one.
  const type = isLiteralSchema ? undefined : declared
  const hasVariants = 'anyOf' in result || 'allOf' in result
  if (type !== undefined && !hasVariants) result['type'] = type
  keep('description')
  keep('title')
  if (isOf(type, 'object')) {
    const properties = take('properties')
    result['properties'] = isJsonObject(properties) ? mapped(properties) : {}
    take('additionalProperties')
    result['additionalProperties'] = false
    keep('required')
  }
  if (isOf(type, 'string') && formats.has(left.get('format'))) keep('format')
  if (isOf(type, 'array')) {
    const items = take('items')
    if (items !== undefined) result['items'] = child(items)
    if (left.get('minItems') === 0 || left.get('minItems') === 1) keep('minItems')
  }
  return described(result, left)
}

function takeVariants(take: (keyword: string) => unknown, result: Record<string, unknown>): void {
  const [anyOf, oneOf, allOf] = [take('anyOf'), take('oneOf'), take('allOf')]
  if (Array.isArray(anyOf)) result['anyOf'] = anyOf.map(child)
  else if (Array.isArray(oneOf)) result['anyOf'] = oneOf.map(child)
  else if (Array.isArray(allOf)) result['allOf'] = allOf.map(child)
}

/** What is left over is told in words. */
function described(
  schema: Record<string, unknown>,
  left: ReadonlyMap<string, unknown>,
): JsonObject {
  if (left.size === 0) return schema
  const notes = [...left].map(([keyword, value]) => `${keyword}: ${JSON.stringify(value)}`)
  const { description } = schema
  const before = typeof description === 'string' && description !== '' ? `${description}\n\n` : ''
  return { ...schema, description: `${before}{${notes.join(', ')}}` }
}

function isPrimitive(value: unknown): boolean {
  return value === null || typeof value !== 'object' || numberOrUndefined(value) !== undefined
}

function isOf(type: unknown, name: string): boolean {
  return type === name || (Array.isArray(type) && type.includes(name))
}

function mapped(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, value]) => [name, child(value)]))
}

function child(value: unknown): unknown {
  return isJsonObject(value) ? structuredSchema(value) : value
}
