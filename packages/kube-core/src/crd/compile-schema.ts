import { isJsonObject, type JsonObject } from '@fairlead/base'
import { compilePattern } from '@fairlead/cel'
import { objectUnion } from './object-union.ts'
import { applyDefaults } from '../schema/defaults.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'

/**
 * Rewrites a JSON Schema into the structural form of custom resources:
 * `const` and unions of literals become `enum`, a union with null becomes `nullable`, a union of
 * objects has the fields of all and says for each branch which of them it has,
 * `additionalProperties: false` is dropped (pruning does its job), a record becomes
 * `additionalProperties`, an empty schema keeps unknown fields, a property with a default is not
 * listed as required, and a default has in it what else has a default. Throws a `TypeError` that starts with the path for what has no structural form.
 */
export function compileSchema(source: unknown, path: string): StructuralSchema {
  if (!isJsonObject(source)) throw new TypeError(`${path}: a schema must be an object`)
  for (const keyword of Object.keys(source)) {
    if (!supported.has(keyword)) {
      throw new TypeError(`${path}: ${keyword} has no structural form, express it in a CEL rule`)
    }
  }
  checkPropertyNames(source['propertyNames'], path)
  const { base, nullable } = withoutNull(source)
  const schema = unionOf(base, path) ?? compileNode(base, path)
  return nullable ? { ...schema, nullable: true } : schema
}

const copied = [
  'type',
  'format',
  'title',
  'description',
  'externalDocs',
  'example',
  'default',
  'enum',
  'nullable',
  'minimum',
  'maximum',
  'multipleOf',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-int-or-string',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-validations',
  // Below these, only restrictions of values are structural.
  'allOf',
  'oneOf',
  'anyOf',
  'not',
] as const

const supported: ReadonlySet<string> = new Set([
  ...copied,
  '$id',
  '$schema',
  '~kind',
  '~optional',
  'const',
  'items',
  'properties',
  'required',
  'additionalProperties',
  'patternProperties',
  'propertyNames',
  'exclusiveMinimum',
  'exclusiveMaximum',
])

/** `anyOf: [X, {type: null}]` is X with nullable. */
function withoutNull(source: JsonObject): { base: JsonObject; nullable: boolean } {
  const { anyOf, ...rest } = source
  if (!Array.isArray(anyOf)) return { base: source, nullable: false }
  const branches: unknown[] = anyOf.filter(
    (each) => !(isJsonObject(each) && each['type'] === 'null'),
  )
  const nullable = branches.length < anyOf.length
  const [only] = branches
  if (branches.length === 1 && isJsonObject(only)) return { base: { ...only, ...rest }, nullable }
  const literals = branches.map((branch) => (isJsonObject(branch) ? branch['const'] : undefined))
  if (literals.some((literal) => typeof literal !== typeof literals[0] || literal === undefined)) {
    return { base: { ...rest, anyOf: branches }, nullable }
  }
  return { base: { ...rest, type: typeName(literals[0]), enum: literals }, nullable }
}

/** The structural form of a union of types; undefined where branches only restrict values. */
function unionOf(source: JsonObject, path: string): StructuralSchema | undefined {
  const keyword = (['oneOf', 'anyOf'] as const).find((each) => describesTypes(source[each]))
  if (keyword === undefined) return undefined
  const { [keyword]: found, ...rest } = source
  const branches = (found as readonly unknown[]).filter(isJsonObject)
  const types = branches.map(({ type }) => type)
  if (types.length === 2 && types[0] === 'integer' && types[1] === 'string') {
    // As controller-gen writes it.
    const anyOf = branches.map(({ type }) => ({ type: String(type) }))
    return { ...compileNode({ ...rest, 'x-kubernetes-int-or-string': true }, path), anyOf }
  }
  if (types.some((type) => type !== 'object')) {
    throw new TypeError(
      `${path}: a union needs literals or objects, or an integer and a string; make a field for each branch`,
    )
  }
  const union = objectUnion(
    branches.map((branch) => ({
      schema: compileSchema(branch, path),
      isClosed: branch['additionalProperties'] === false,
    })),
    path,
  )
  const base = compileNode({ ...rest, type: 'object' }, path)
  const required = [...new Set([...(base.required ?? []), ...union.required])]
  return {
    ...base,
    properties: { ...base.properties, ...union.properties },
    ...(required.length > 0 && { required }),
    [keyword]: union.branches,
  }
}

function describesTypes(branches: unknown): boolean {
  return Array.isArray(branches) && branches.some((each) => isJsonObject(each) && 'type' in each)
}

function compileNode(source: JsonObject, path: string): StructuralSchema {
  const schema: StructuralSchema = Object.fromEntries(
    copied.flatMap((keyword) =>
      source[keyword] === undefined ? [] : [[keyword, source[keyword]]],
    ),
  )
  if (source['const'] !== undefined) {
    Object.assign(schema, { type: typeName(source['const']), enum: [source['const']] })
  }
  if (Array.isArray(schema.type)) throw new TypeError(`${path}: a value must have one type`)
  if (schema.pattern !== undefined) checkPattern(schema.pattern, path)
  compileLimits(source, schema)
  compileContent(source, schema, path)
  // The API server judges a default as it stands, by rules that may read what else has a default.
  if (schema.default !== undefined) schema.default = applyDefaults(schema.default, schema)
  return schema
}

function compileContent(source: JsonObject, schema: StructuralSchema, path: string): void {
  if (schema.type === 'array') compileArray(source, schema, path)
  else if (schema.type === 'object') compileObject(source, schema, path)
  else if (schema.type === undefined && !schema['x-kubernetes-int-or-string']) {
    schema['x-kubernetes-preserve-unknown-fields'] = true
  }
}

/** JSON Schema has the exclusive limit as a number, the structural form as a flag. */
function compileLimits(source: JsonObject, schema: StructuralSchema): void {
  if (typeof source['exclusiveMinimum'] === 'number') {
    Object.assign(schema, { minimum: source['exclusiveMinimum'], exclusiveMinimum: true })
  }
  if (typeof source['exclusiveMaximum'] === 'number') {
    Object.assign(schema, { maximum: source['exclusiveMaximum'], exclusiveMaximum: true })
  }
}

function compileArray(source: JsonObject, schema: StructuralSchema, path: string): void {
  const items = compileSchema(source['items'], `${path}[]`)
  if (items.type === 'object' && schema['x-kubernetes-list-type'] === undefined) {
    throw new TypeError(`${path}: a list of objects must choose x-kubernetes-list-type`)
  }
  schema.items = items
}

function compileObject(source: JsonObject, schema: StructuralSchema, path: string): void {
  const { properties, additionalProperties, patternProperties } = source
  if (isJsonObject(properties) && Object.keys(properties).length > 0) {
    schema.properties = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [
        name,
        compileSchema(property, `${path}.${name}`),
      ]),
    )
    const required = requiredWithoutDefault(source['required'], schema.properties)
    if (required.length > 0) schema.required = required
  }
  if (isJsonObject(patternProperties)) {
    const [value] = Object.values(patternProperties)
    schema.additionalProperties = compileSchema(value, `${path}.*`)
  } else if (isJsonObject(additionalProperties)) {
    schema.additionalProperties = compileSchema(additionalProperties, `${path}.*`)
  }
}

/** Defaulting precedes validation, and a default of `{}` must itself be valid. */
function requiredWithoutDefault(
  required: unknown,
  properties: Record<string, StructuralSchema>,
): string[] {
  if (!Array.isArray(required)) return []
  return required.map(String).filter((name) => properties[name]?.default === undefined)
}

/** That names are strings need not be said, and nothing else can be. */
function checkPropertyNames(propertyNames: unknown, path: string): void {
  const { type: _, ...more } = isJsonObject(propertyNames) ? propertyNames : {}
  const [keyword] = Object.keys(more)
  if (keyword === undefined) return
  throw new TypeError(
    `${path}: ${keyword} of propertyNames has no structural form, express it in a CEL rule`,
  )
}

function checkPattern(pattern: string, path: string): void {
  try {
    compilePattern(pattern)
  } catch (cause) {
    throw new TypeError(`${path}: the pattern is not valid in RE2: ${pattern}`, { cause })
  }
}

function typeName(literal: unknown): string {
  return typeof literal === 'number' ? 'number' : typeof literal
}
