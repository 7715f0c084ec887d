import { child } from './schema-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** The schema of a field: its own, or that of all values of a map; undefined if it has none. */
export function fieldSchema(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name]
  const { additionalProperties } = schema
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

/** The path of a field: `path.name` of a declared one, `path[name]` of a key in a map. */
export function pathOfField(schema: StructuralSchema, path: string, name: string): string {
  const isDeclared = schema.properties !== undefined && Object.hasOwn(schema.properties, name)
  return isDeclared ? child(path, name) : `${path}[${name}]`
}
