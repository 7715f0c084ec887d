import { bool, dyn, int, string, type ValueType } from '@fairlead/cel'
import { escapeFieldName } from './field-name.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'

const scalars: Readonly<Record<string, ValueType>> = {
  boolean: bool,
  integer: int,
  number: { name: 'double' },
}
const textFormats: Readonly<Record<string, ValueType>> = {
  date: { name: 'timestamp' },
  'date-time': { name: 'timestamp' },
  duration: { name: 'duration' },
  byte: { name: 'bytes' },
}

/** The type of a schema's values. The root object also has type fields and part of its metadata. */
export function typeOfSchema(schema: StructuralSchema, isRoot = false): ValueType {
  if (schema['x-kubernetes-int-or-string'] || schema.type === undefined) return dyn
  if (schema.type === 'string') return textFormats[schema.format ?? ''] ?? string
  if (schema.type === 'array') {
    const { items } = schema
    return { name: 'list', element: () => (items ? typeOfSchema(items) : dyn) }
  }
  if (schema.type !== 'object') return scalars[schema.type] ?? dyn
  const { additionalProperties } = schema
  if (typeof additionalProperties === 'object') {
    return { name: 'map', element: () => typeOfSchema(additionalProperties) }
  }
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true
  return objectType(isObject ? withTypeMeta(schema) : schema)
}

/** Untyped fields and undeclared, preserved fields can be compared but not accessed. */
function objectType(schema: StructuralSchema): ValueType {
  const fields = new Map(
    Object.entries(schema.properties ?? {})
      .filter(([, property]) => property.type || property['x-kubernetes-int-or-string'])
      .map(([name, property]) => [escapeFieldName(name), property]),
  )
  return {
    name: 'object',
    field: (name) => {
      const property = fields.get(name)
      return property && typeOfSchema(property)
    },
  }
}

/** Rules see `apiVersion`, `kind` and, of the metadata, only the names. */
export function withTypeMeta(schema: StructuralSchema): StructuralSchema {
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: {
        type: 'object',
        properties: { name: { type: 'string' }, generateName: { type: 'string' } },
      },
    },
  }
}
