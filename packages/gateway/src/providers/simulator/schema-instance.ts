import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import { stringInstance } from './string-instance.ts'
import { numberInstance } from './number-instance.ts'

/** Schemas and names in them that are looked at for one value, whatever a schema refers to. */
const stepsMax = 20_000
const depthMax = 32
/** Entries that a list is given at most, whatever its schema demands. */
const entriesMax = 64

/** No value was found within the bounds. */
class NoInstance extends Error {}

/**
 * A small value that a JSON Schema accepts, always the same: what is required and nothing else. Of
 * alternatives the first that does not lead back to itself. `pattern`, `not` and conditions are not
 * looked at. Null for a schema without a small value.
 */
export function schemaInstance(schema: unknown): unknown {
  const walk: Walk = { root: schema, steps: 0, within: [] }
  try {
    return instanceOf(schema, walk)
  } catch (error) {
    if (error instanceof NoInstance) return null
    throw error
  }
}

interface Walk {
  readonly root: unknown
  steps: number
  /** The references that are being followed. */
  readonly within: string[]
}

function step(walk: Walk, count: number): void {
  walk.steps += count
  if (walk.steps > stepsMax || walk.within.length > depthMax) throw new NoInstance()
}

function instanceOf(schema: unknown, walk: Walk, place = 0): unknown {
  step(walk, 1)
  if (!isJsonObject(schema)) return 'simulated'
  if (Object.hasOwn(schema, 'const')) return schema['const']
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) {
    return schema['enum'][place % schema['enum'].length] as unknown
  }
  const reference = schema['$ref']
  if (typeof reference === 'string') return referred(reference, walk, place)
  if (Array.isArray(schema['allOf'])) return instanceOf(merged(schema, walk), walk, place)
  const alternatives = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(alternatives) && alternatives.length > 0) {
    const { anyOf: _, oneOf: _one, ...common } = schema
    return firstInstance(alternatives, common, walk, place)
  }
  return typedInstance(schema, typeOf(schema), walk, place)
}

function referred(reference: string, walk: Walk, place: number): unknown {
  walk.within.push(reference)
  try {
    return instanceOf(target(reference, walk.root), walk, place)
  } finally {
    walk.within.pop()
  }
}

/** What a JSON pointer within the schema points at. */
function target(reference: string, root: unknown): unknown {
  let found: unknown = root
  for (const part of reference.replace(/^#\/?/, '').split('/')) {
    if (part === '') continue
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(found)) found = found[Number(name)] as unknown
    else if (isJsonObject(found) && Object.hasOwn(found, name)) found = found[name]
    else throw new NoInstance()
  }
  return found
}

function firstInstance(
  alternatives: readonly unknown[],
  common: JsonObject,
  walk: Walk,
  place: number,
): unknown {
  const leadsBack = (schema: unknown) =>
    isJsonObject(schema) && walk.within.includes(String(schema['$ref']))
  const ordered = [
    ...alternatives.filter((schema) => !leadsBack(schema)),
    ...alternatives.filter(leadsBack),
  ]
  for (const schema of ordered) {
    try {
      step(walk, Object.keys(common).length)
      return instanceOf(isJsonObject(schema) ? { ...common, ...schema } : common, walk, place)
    } catch (error) {
      if (!(error instanceof NoInstance)) throw error
    }
  }
  throw new NoInstance()
}

/** Several schemas that all hold, as one; of a field that several have, the last counts. */
function merged({ allOf, ...schema }: JsonObject, walk: Walk): JsonObject {
  const all = [schema, ...(allOf as readonly unknown[])].filter(isJsonObject)
  const lists = all.flatMap(({ required }) =>
    Array.isArray(required) ? (required as unknown[]) : [],
  )
  const properties = all.map((one) => (isJsonObject(one['properties']) ? one['properties'] : {}))
  step(walk, lists.length + [...all, ...properties].flatMap((one) => Object.keys(one)).length)
  return {
    ...joined(all),
    ...(lists.length === 0 ? {} : { required: lists }),
    ...(all.some((one) => 'properties' in one) ? { properties: joined(properties) } : {}),
  }
}

function joined(objects: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(objects.flatMap((one) => Object.entries(one)))
}

function typeOf(schema: JsonObject): unknown {
  const { type } = schema
  if (Array.isArray(type)) return type.find((one) => one !== 'null') ?? 'null'
  if (type !== undefined) return type
  if ('properties' in schema || 'required' in schema) return 'object'
  return 'items' in schema || 'prefixItems' in schema ? 'array' : 'string'
}

function typedInstance(schema: JsonObject, type: unknown, walk: Walk, place: number): unknown {
  switch (type) {
    case 'object':
      return objectInstance(schema, walk)
    case 'array':
      return listInstance(schema, walk)
    case 'integer':
    case 'number':
      return numberInstance(schema, type, place)
    case 'boolean':
      return place % 2 === 0
    case 'null':
      return null
    default:
      return stringInstance(schema, place)
  }
}

function objectInstance(schema: JsonObject, walk: Walk): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []
  const names = new Set(required.filter((name) => typeof name === 'string'))
  const least = Math.min(numberOrUndefined(schema['minProperties']) ?? 0, entriesMax)
  step(walk, required.length)
  if (names.size < least) {
    const known = Object.keys(properties)
    step(walk, known.length)
    for (const name of known) if (names.size < least) names.add(name)
  }
  for (let number = 1; names.size < least; number += 1) names.add(`property${number}`)
  const others = isJsonObject(schema['additionalProperties']) ? schema['additionalProperties'] : {}
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      instanceOf(Object.hasOwn(properties, name) ? properties[name] : others, walk),
    ]),
  )
}

function listInstance(schema: JsonObject, walk: Walk): readonly unknown[] {
  const { items, prefixItems } = schema
  const first = Array.isArray(prefixItems) ? (prefixItems as unknown[]) : []
  const least = Math.min(numberOrUndefined(schema['minItems']) ?? 0, entriesMax)
  return Array.from({ length: least }, (_, index) => instanceOf(first[index] ?? items, walk, index))
}
