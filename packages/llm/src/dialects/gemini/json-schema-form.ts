import { isJsonObject, type JsonObject } from '@fairlead/base'

/** Keywords whose value maps names to schemas. */
const schemaMaps: ReadonlySet<string> = new Set(['properties', '$defs', 'patternProperties'])
/** Keywords whose value is one schema or a list of them. */
const schemas: ReadonlySet<string> = new Set([
  'items',
  'prefixItems',
  'anyOf',
  'oneOf',
  'allOf',
  'additionalProperties',
])

/**
 * A JSON Schema as `parametersJsonSchema` and `responseJsonSchema` take it: definitions stand in
 * `$defs`, nothing stands beside a `$ref`, and a constant is an enumeration of one value
 * (https://ai.google.dev/api/generate-content#GenerationConfig, `responseJsonSchema`).
 */
export function jsonSchemaForm(schema: JsonObject): JsonObject {
  const result: Record<string, unknown> = {}
  for (const [keyword, value] of Object.entries(schema)) {
    const name = keyword === 'definitions' ? '$defs' : keyword
    if (name === '$schema') continue
    if (schemaMaps.has(name) && isJsonObject(value)) {
      result[name] = Object.fromEntries(
        Object.entries(value).map(([key, child]) => [key, formOf(child)]),
      )
    } else if (name === '$ref' && typeof value === 'string') {
      result[name] = value.replace(/^#\/definitions\//, '#/$defs/')
    } else if (name === 'const') {
      if (!('enum' in schema)) result['enum'] = [value]
    } else {
      result[name] = schemas.has(name) ? formOf(value) : value
    }
  }
  return withLoneReference(result)
}

function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(formOf)
  return isJsonObject(value) ? jsonSchemaForm(value) : value
}

function withLoneReference(schema: JsonObject): JsonObject {
  const { $ref: reference, anyOf, ...beside } = schema
  if (reference === undefined || anyOf !== undefined) return schema
  if (Object.keys(beside).every((name) => name.startsWith('$'))) return schema
  return { ...beside, anyOf: [{ $ref: reference }] }
}
