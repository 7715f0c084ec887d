import { isJsonObject } from '@fairlead/base'
import { copyJson } from '../copy-json.ts'
import { jsonObject } from '../json-object.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * A copy with the schema's defaults applied, also inside defaulted values. A null in a field that is
 * not nullable counts as absent.
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
    if (property === undefined) continue
    if (isDropped(value, property)) fields.delete(name)
    else fields.set(name, applyDefaults(replaceNull(value, property), property))
  }
  return jsonObject(fields)
}

/** Whether `applyDefaults` would add, replace or drop anything. */
export function lacksDefaults(object: unknown, schema: StructuralSchema): boolean {
  if (Array.isArray(object)) {
    const { items } = schema
    return (
      items !== undefined &&
      object.some((item) => isReplaced(item, items) || lacksDefaults(item, items))
    )
  }
  if (!isJsonObject(object)) return false
  const properties = schema.properties ?? {}
  for (const name of Object.keys(properties)) {
    const property = properties[name]
    if (property?.default === undefined) continue
    if (!Object.hasOwn(object, name) || object[name] === undefined) return true
  }
  const { additionalProperties } = schema
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined
  return Object.keys(object).some((name) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : others
    if (property === undefined) return false
    const value = object[name]
    return (
      isReplaced(value, property) || isDropped(value, property) || lacksDefaults(value, property)
    )
  })
}

/** Whether a null counts as absent. */
function isReplaced(value: unknown, schema: StructuralSchema): boolean {
  return value === null && !schema.nullable && schema.default !== undefined
}

/** Whether a null in a field is as if the field were not there. */
function isDropped(value: unknown, schema: StructuralSchema): boolean {
  return value === null && !schema.nullable && schema.default === undefined
}

function replaceNull(value: unknown, schema: StructuralSchema): unknown {
  return isReplaced(value, schema) ? copyJson(schema.default) : value
}
