import { isJsonObject } from '@fairlead/base'
import { matches } from './assertions.ts'
import { type Checking, fieldsOf, fits, type Place, violation, type Violation } from './checking.ts'
import {
  countAt,
  type KeywordPlace,
  type KeywordReader,
  schemaList,
  schemaMap,
} from './keyword-reader.ts'
import { SchemaUnusable } from './schema-errors.ts'
import type { Keyword, SchemaNode } from './schema-node.ts'

/** Keywords that apply other schemas to a value or to what is in it. */
export const applicators: ReadonlyMap<string, KeywordReader> = new Map<string, KeywordReader>([
  ['$ref', (value, { path, reader }) => same(reader.reference(value, path))],
  ['allOf', readAllOf],
  ['anyOf', readAnyOf],
  ['oneOf', readOneOf],
  ['not', readNot],
  ['if', readIf],
  ['dependentSchemas', readDependentSchemas],
  ['properties', readProperties],
  ['patternProperties', readPatternProperties],
  ['additionalProperties', readAdditionalProperties],
  ['propertyNames', readPropertyNames],
  ['prefixItems', readPrefixItems],
  ['items', readItems],
  ['contains', readContains],
])

function same(schema: SchemaNode): Keyword {
  return (place, checking) => checking.of(schema, place)
}

function readAllOf(value: unknown, where: KeywordPlace): Keyword {
  const schemas = schemaList(value, where)
  return (place, checking) => schemas.flatMap((schema) => checking.of(schema, place))
}

function readAnyOf(value: unknown, where: KeywordPlace): Keyword {
  const schemas = schemaList(value, where)
  return (place, checking) => {
    let nearest: readonly Violation[] | undefined
    for (const schema of schemas) {
      const found = checking.of(schema, place)
      if (found.length === 0) return fits
      if (nearest === undefined || deepestOf(found) > deepestOf(nearest)) nearest = found
    }
    // What was meant is most likely the one that fits the furthest.
    return nearest ?? fits
  }
}

function readOneOf(value: unknown, where: KeywordPlace): Keyword {
  const schemas = schemaList(value, where)
  const anyOf = readAnyOf(value, where)
  return (place, checking) => {
    const fitting = schemas.filter((schema) => checking.of(schema, place).length === 0).length
    if (fitting === 1) return fits
    if (fitting === 0) return anyOf(place, checking)
    return violation(place, `must fit one of ${schemas.length} schemas, and fits ${fitting}`)
  }
}

function deepestOf(violations: readonly Violation[]): number {
  return Math.max(...violations.map(({ path }) => path.split('/').length))
}

function readNot(value: unknown, { path, reader }: KeywordPlace): Keyword {
  const schema = reader.schema(value, path)
  return (place, checking) =>
    checking.of(schema, place).length > 0 ? fits : violation(place, 'must not fit what is excluded')
}

function readIf(value: unknown, { path, reader, schema }: KeywordPlace): Keyword {
  const condition = reader.schema(value, path)
  const branch = (name: 'then' | 'else') =>
    schema[name] === undefined ? undefined : reader.schema(schema[name], `${path}/../${name}`)
  const [met, unmet] = [branch('then'), branch('else')]
  return (place, checking) => {
    const next = checking.of(condition, place).length === 0 ? met : unmet
    return next === undefined ? fits : checking.of(next, place)
  }
}

function readDependentSchemas(value: unknown, where: KeywordPlace): Keyword {
  const schemas = schemaMap(value, where)
  return (place, checking) =>
    fieldsOf(place).flatMap(([name]) => {
      const schema = schemas.get(name)
      return schema === undefined ? fits : checking.of(schema, place)
    })
}

function readProperties(value: unknown, where: KeywordPlace): Keyword {
  const schemas = schemaMap(value, where)
  return (place, checking) =>
    fieldsOf(place).flatMap(([name, field]) => {
      const schema = schemas.get(name)
      return schema === undefined ? fits : checking.of(schema, checking.within(place, name, field))
    })
}

function readPatternProperties(value: unknown, where: KeywordPlace): Keyword {
  const schemas = patternsOf(value, where)
  return (place, checking) =>
    fieldsOf(place).flatMap(([name, field]) =>
      schemas.flatMap(({ pattern, schema }) =>
        matches(pattern, name, checking)
          ? checking.of(schema, checking.within(place, name, field))
          : fits,
      ),
    )
}

function patternsOf(value: unknown, where: KeywordPlace) {
  return [...schemaMap(value, where)].map(([text, schema]) => ({
    pattern: where.reader.pattern(text, `${where.path}/${text}`),
    schema,
  }))
}

function readAdditionalProperties(value: unknown, where: KeywordPlace): Keyword {
  const { path, reader, schema: siblings } = where
  const schema = reader.schema(value, path)
  const { properties, patternProperties = {} } = siblings
  const named = isJsonObject(properties) ? new Set(Object.keys(properties)) : new Set<string>()
  const patterns = patternsOf(patternProperties, { ...where, path: `${path}/../patternProperties` })
  return (place, checking) =>
    fieldsOf(place).flatMap(([name, field]) => {
      const isKnown =
        named.has(name) || patterns.some(({ pattern }) => matches(pattern, name, checking))
      return isKnown ? fits : checking.of(schema, checking.within(place, name, field))
    })
}

function readPropertyNames(value: unknown, { path, reader }: KeywordPlace): Keyword {
  const schema = reader.schema(value, path)
  return (place, checking) =>
    fieldsOf(place).flatMap(([name]) =>
      checking.of(schema, checking.nameOf(place, name)).length === 0
        ? fits
        : violation(place, `must not have the field ${JSON.stringify(name.slice(0, 200))}`),
    )
}

function readPrefixItems(value: unknown, where: KeywordPlace): Keyword {
  const schemas = schemaList(value, where)
  return (place, checking) =>
    itemsOf(place)
      .slice(0, schemas.length)
      .flatMap((item, index) => ofItem(schemas[index], { place, item, index }, checking))
}

/** Of the items behind `prefixItems`. */
function readItems(value: unknown, { path, reader, schema: siblings }: KeywordPlace): Keyword {
  if (Array.isArray(value)) {
    throw new SchemaUnusable(`${path}: a list of schemas is prefixItems since 2020-12`)
  }
  const schema = reader.schema(value, path)
  const first = Array.isArray(siblings['prefixItems']) ? siblings['prefixItems'].length : 0
  return (place, checking) =>
    itemsOf(place).flatMap((item, index) =>
      index < first ? fits : ofItem(schema, { place, item, index }, checking),
    )
}

function readContains(value: unknown, where: KeywordPlace): Keyword {
  const { path, reader, schema: siblings } = where
  const schema = reader.schema(value, path)
  const { minContains = 1, maxContains } = siblings
  const least = countAt(minContains, where)
  const most = maxContains === undefined ? Infinity : countAt(maxContains, where)
  return (place, checking) => {
    if (!Array.isArray(place.value)) return fits
    const found = itemsOf(place).filter(
      (item, index) => ofItem(schema, { place, item, index }, checking).length === 0,
    ).length
    return found >= least && found <= most
      ? fits
      : violation(place, `has ${found} items of the kind that is asked for`)
  }
}

interface PlacedItem {
  readonly place: Place
  readonly item: unknown
  readonly index: number
}

function ofItem(
  schema: SchemaNode | undefined,
  { place, item, index }: PlacedItem,
  checking: Checking,
): readonly Violation[] {
  return schema === undefined ? fits : checking.of(schema, checking.within(place, index, item))
}

function itemsOf({ value }: Place): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
