import type { SchemaSource } from './check-open-api.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Why a schema cannot be read as a structural one at all; undefined when it can. As NewStructural in
 * Kubernetes' apiextensions-apiserver.
 */
export function unsupportedKeyword(schema: SchemaSource): string | undefined {
  for (const [keyword, name] of keywords) {
    if (isPresent(schema[keyword])) return `OpenAPIV3Schema '${name}' is not supported`
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
  }
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    return "OpenAPIV3Schema 'items' must be a schema, but is an array"
  }
  for (const child of children(schema)) {
    const problem = unsupportedKeyword(child)
    if (problem !== undefined) return problem
  }
  return undefined
}

const keywords = [
  ['id', 'id'],
  ['$schema', 'schema'],
  ['$ref', '$ref'],
  ['patternProperties', 'patternProperties'],
  ['dependencies', 'dependencies'],
  ['additionalItems', 'additionalItems'],
  ['definitions', 'definitions'],
] as const

function isPresent(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

function children(schema: StructuralSchema): StructuralSchema[] {
  const { not, allOf = [], anyOf = [], oneOf = [], items, properties = {} } = schema
  const { additionalProperties } = schema
  return [
    ...(not ? [not] : []),
    ...allOf,
    ...anyOf,
    ...oneOf,
    ...(items && !Array.isArray(items) ? [items] : []),
    ...Object.values(properties),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ]
}
