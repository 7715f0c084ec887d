import { isJsonObject } from '@fairlead/base'
import { copyJson } from '../copy-json.ts'
import { jsonObject } from '../json-object.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * A copy with the schema's defaults applied, also inside defaulted values. A null in a non-nullable
 * field with a default counts as absent.
 */
export function applyDefaults(object: unknown, schema: StructuralSchema): unknown {
  if (Array.isArray(object)) {
    const { items } = schema
    return items ? object.map((item) => applyDefaults(replaceNull(item, items), items)) : object
  }
  if (!isJsonObject(object)) return object
  const properties = schema.properties ?? {}
  const { additionalProperties } = schema
  const fields = new Map(Object.entries(object))
  for (const [name, property] of Object.entries(properties)) {
    if (property.default === undefined) continue
    const value = fields.get(name)
    if (value === undefined || (value === null && !property.nullable)) {
      fields.set(name, copyJson(property.default))
    }
  }
  for (const [name, value] of fields) {
    const property = Object.hasOwn(properties, name)
      ? properties[name]
      : typeof additionalProperties === 'object'
        ? additionalProperties
        : undefined
    if (property) fields.set(name, applyDefaults(replaceNull(value, property), property))
  }
  return jsonObject(fields)
}

function replaceNull(value: unknown, schema: StructuralSchema): unknown {
  if (value !== null || schema.nullable || schema.default === undefined) return value
  return copyJson(schema.default)
}
