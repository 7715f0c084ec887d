import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'

/** Schemas that one schema may become when its references are written out; beyond, they are left open. */
const schemasMax = 2000
/** Characters of schemas that are written more than once; beyond, they are left open. */
const repeatedLengthMax = 1024 * 1024
/** JSON Schema knows no more types. */
const typesMax = 7
/** How often a definition may stand within itself. */
const recursionMax = 1

const keptKeywords = [
  'title',
  'description',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'default',
  'example',
  'propertyOrdering',
] as const

/** By type: https://ai.google.dev/api/caching#Schema */
const formats: Readonly<Record<string, readonly string[]>> = {
  STRING: ['enum', 'date-time'],
  NUMBER: ['float', 'double'],
  INTEGER: ['int32', 'int64'],
}

/**
 * A JSON Schema in the API's own `Schema`, for models without full JSON Schema: types in capitals,
 * `nullable` instead of a type `null`, references written out, and everything else that it does not
 * know left out, such as `additionalProperties`. A format that it refuses is told in the description.
 */
export function schemaSubset(schema: JsonObject): JsonObject {
  return new SubsetWriter(schema).write(schema, [])
}

class SubsetWriter {
  readonly #root: JsonObject
  readonly #written = new Set<JsonObject>()
  #schemas = 0
  #repeatedLength = 0

  constructor(root: JsonObject) {
    this.#root = root
  }

  write(value: unknown, path: readonly string[]): JsonObject {
    if (!isJsonObject(value)) return {}
    this.#schemas += 1
    const isRepeated = this.#written.has(value)
    if (this.#schemas > schemasMax) return open(isRepeated ? {} : value)
    if (isRepeated && !this.#mayRepeat(value)) return open({})
    this.#written.add(value)
    const reference = value['$ref']
    if (typeof reference === 'string') return this.#writeReference(reference, value, path)
    const alternatives = alternativesOf(value)
    if (alternatives !== undefined) return this.#writeAlternatives(alternatives, value, path)
    return this.#writePlain(merged(value), path)
  }

  #mayRepeat(schema: JsonObject): boolean {
    // Once it is too much nothing is measured again: the sum bounds what measuring costs, too.
    if (this.#repeatedLength <= repeatedLengthMax) {
      this.#repeatedLength += JSON.stringify(schema).length
    }
    return this.#repeatedLength <= repeatedLengthMax
  }

  #writeReference(reference: string, schema: JsonObject, path: readonly string[]): JsonObject {
    const target = definitionAt(this.#root, reference)
    const depth = path.filter((each) => each === reference).length
    if (target === undefined || depth > recursionMax) return open(schema)
    const written = this.write(target, [...path, reference])
    const { description } = schema
    return description === undefined ? written : { ...written, description }
  }

  #writeAlternatives(
    alternatives: readonly unknown[],
    schema: JsonObject,
    path: readonly string[],
  ): JsonObject {
    const others = alternatives.filter((each) => !isNull(each))
    const nullable = others.length < alternatives.length ? { nullable: true } : {}
    const about = schema['description'] === undefined ? {} : { description: schema['description'] }
    const [only] = others
    if (others.length === 1) return { ...this.write(only, path), ...about, ...nullable }
    return { anyOf: others.map((each) => this.write(each, path)), ...about, ...nullable }
  }

  #writePlain(schema: JsonObject, path: readonly string[]): JsonObject {
    const { type, nullable } = typeOf(schema)
    const result: Record<string, unknown> = type === undefined ? {} : { type }
    if (nullable) result['nullable'] = true
    for (const keyword of keptKeywords) {
      if (schema[keyword] !== undefined) result[keyword] = schema[keyword]
    }
    const values = enumOf(schema)
    if (values !== undefined && type === 'STRING') {
      result['enum'] = values
      result['format'] = 'enum'
    } else if (values !== undefined) {
      describe(result, `one of: ${values.join(', ')}`)
    }
    const { format } = schema
    if (typeof format === 'string' && result['format'] === undefined) {
      if (type !== undefined && formats[type]?.includes(format) === true) result['format'] = format
      else describe(result, `format: ${format}`)
    }
    if (type === 'ARRAY') result['items'] = this.write(itemsOf(schema), path)
    const { properties, required } = schema
    if (isJsonObject(properties) && Object.keys(properties).length > 0) {
      result['properties'] = Object.fromEntries(
        Object.entries(properties).map(([name, child]) => [name, this.write(child, path)]),
      )
      if (Array.isArray(required)) {
        const listed = required.filter(
          (name) => typeof name === 'string' && Object.hasOwn(properties, name),
        )
        if (listed.length > 0) result['required'] = listed
      }
    }
    return result
  }
}

/** In place of a schema that is not written out. */
function open({ description }: JsonObject): JsonObject {
  return { type: 'OBJECT', ...(description === undefined ? {} : { description }) }
}

function describe(result: Record<string, unknown>, note: string): void {
  const { description } = result
  result['description'] = typeof description === 'string' ? `${description} (${note})` : note
}

function alternativesOf(schema: JsonObject): readonly unknown[] | undefined {
  const listed = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(listed)) return arrayOrEmpty(listed)
  const types = [...new Set(arrayOrEmpty(schema['type']))].slice(0, typesMax)
  const others = types.filter((each) => each !== 'null')
  return others.length > 1 ? types.map((each) => ({ ...schema, type: each })) : undefined
}

const isNull = (value: unknown): boolean => isJsonObject(value) && value['type'] === 'null'

function typeOf(schema: JsonObject): {
  readonly type: string | undefined
  readonly nullable: boolean
} {
  const { type } = schema
  const types: readonly unknown[] = Array.isArray(type) ? type : [type]
  const named = types.find((each) => typeof each === 'string' && each !== 'null')
  const nullable = types.includes('null') && named !== undefined
  if (typeof named === 'string') return { type: named.toUpperCase(), nullable }
  if (isJsonObject(schema['properties'])) return { type: 'OBJECT', nullable }
  if (schema['items'] !== undefined || schema['prefixItems'] !== undefined) {
    return { type: 'ARRAY', nullable }
  }
  const [value] = enumOf(schema) ?? []
  return { type: value === undefined ? undefined : 'STRING', nullable }
}

/** The values of an enumeration as texts. */
function enumOf(schema: JsonObject): string[] | undefined {
  const { enum: values, const: constant } = schema
  const listed: readonly unknown[] | undefined = Array.isArray(values)
    ? values
    : constant === undefined
      ? undefined
      : [constant]
  return listed
    ?.filter((value) => value !== null)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
}

function itemsOf({ items, prefixItems }: JsonObject): unknown {
  if (isJsonObject(items)) return items
  return Array.isArray(prefixItems) && prefixItems.length > 0 ? { anyOf: prefixItems } : {}
}

/** A schema with what its `allOf` adds to it; its own fields count more. */
function merged(schema: JsonObject): JsonObject {
  const { allOf, ...own } = schema
  if (!Array.isArray(allOf)) return schema
  const all: readonly JsonObject[] = [...arrayOrEmpty(allOf).filter(isJsonObject), own]
  const fields = Object.fromEntries(all.flatMap((each) => Object.entries(each)))
  const properties = all.flatMap((each) =>
    isJsonObject(each['properties']) ? Object.entries(each['properties']) : [],
  )
  const required = all.flatMap((each) => arrayOrEmpty(each['required']))
  return {
    ...fields,
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(required.length === 0 ? {} : { required }),
  }
}

/** What a JSON pointer within the schema points at. */
function definitionAt(root: JsonObject, reference: string): JsonObject | undefined {
  if (!reference.startsWith('#')) return undefined
  let value: unknown = root
  for (const step of reference.slice(1).split('/').slice(1)) {
    if (!isJsonObject(value)) return undefined
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    value = Object.hasOwn(value, name) ? value[name] : undefined
  }
  return isJsonObject(value) ? value : undefined
}
