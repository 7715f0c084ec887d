import { celMap, type CelInput } from '@bufbuild/cel'
import { isJsonObject, numberOrUndefined } from '@fairlead/base'
import { type Environment, toDynamic } from '@fairlead/cel'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { escapeFieldName } from './field-name.ts'
import { withTypeMeta } from './schema-type.ts'

/**
 * A JSON value as rules see it: whole numbers are ints where the schema says integer and doubles where
 * it says number, times and durations are typed values, fields have their escaped names, and a
 * declared field that is null is absent. Undeclared fields are kept for comparisons only.
 */
export function toCel(
  value: unknown,
  schema: StructuralSchema,
  environment: Environment,
  isRoot = false,
): CelInput {
  if (Array.isArray(value)) {
    const { items } = schema
    return value.map((item) => (items ? toCel(item, items, environment) : toDynamic(item)))
  }
  if (isJsonObject(value)) return objectToCel(value, schema, environment, isRoot)
  if (typeof value === 'string') return textToCel(value, schema, environment)
  const number = schema.type === 'number' ? numberOrUndefined(value) : undefined
  return number ?? toDynamic(value)
}

function objectToCel(
  value: Record<string, unknown>,
  schema: StructuralSchema,
  environment: Environment,
  isRoot: boolean,
): CelInput {
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true
  const { properties, additionalProperties } = isObject ? withTypeMeta(schema) : schema
  const fields = new Map<string, CelInput>()
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    if (properties && Object.hasOwn(properties, name)) {
      const property = properties[name] ?? {}
      const escaped = escapeFieldName(name)
      if (escaped !== undefined && member !== null)
        fields.set(escaped, toCel(member, property, environment))
    } else if (typeof additionalProperties === 'object') {
      fields.set(name, toCel(member, additionalProperties, environment))
    } else {
      fields.set(name, toDynamic(member))
    }
  }
  return celMap(fields)
}

function textToCel(text: string, schema: StructuralSchema, environment: Environment): CelInput {
  switch (schema.format) {
    case 'date':
      return environment.timestamp(`${text}T00:00:00Z`) ?? text
    case 'date-time':
      return environment.timestamp(text) ?? text
    case 'duration':
      return environment.duration(text) ?? text
    case 'byte':
      return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    case undefined:
    default:
      return text
  }
}
