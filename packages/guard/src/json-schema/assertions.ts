import { canonicalJson, isJsonObject } from '@fairlead/base'
import { type Checking, fits, type Place, violation } from './checking.ts'
import {
  countAt,
  type KeywordPlace,
  type KeywordReader,
  namesAt,
  numberAt,
  type SchemaPattern,
} from './keyword-reader.ts'
import { SchemaUnusable } from './schema-errors.ts'
import type { Keyword } from './schema-node.ts'

/** Keywords that look at a value alone, not at other schemas. */
export const assertions: ReadonlyMap<string, KeywordReader> = new Map<string, KeywordReader>([
  ['type', readType],
  ['enum', readEnum],
  ['const', (value) => oneOfValues([value], `must be ${shown(value)}`)],
  ['multipleOf', readMultipleOf],
  ['maximum', bound((number, limit) => number <= limit, 'at most')],
  ['exclusiveMaximum', bound((number, limit) => number < limit, 'less than')],
  ['minimum', bound((number, limit) => number >= limit, 'at least')],
  ['exclusiveMinimum', bound((number, limit) => number > limit, 'more than')],
  ['maxLength', counted(charactersOf, (count, limit) => count <= limit, 'at most', 'characters')],
  ['minLength', counted(charactersOf, (count, limit) => count >= limit, 'at least', 'characters')],
  ['maxItems', counted(itemsOf, (count, limit) => count <= limit, 'at most', 'items')],
  ['minItems', counted(itemsOf, (count, limit) => count >= limit, 'at least', 'items')],
  ['maxProperties', counted(propertiesOf, (count, limit) => count <= limit, 'at most', 'fields')],
  ['minProperties', counted(propertiesOf, (count, limit) => count >= limit, 'at least', 'fields')],
  ['pattern', readPattern],
  ['uniqueItems', readUniqueItems],
  ['required', readRequired],
  ['dependentRequired', readDependentRequired],
])

export function matches(
  { isCounting, pattern }: SchemaPattern,
  text: string,
  checking: Checking,
): boolean {
  checking.spendOnPattern(text, isCounting)
  return pattern.test(text)
}

const typeTests: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  object: isJsonObject,
  array: Array.isArray,
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  string: (value) => typeof value === 'string',
}

function readType(value: unknown, { path }: KeywordPlace): Keyword {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value]
  const tests = names.map((name) => {
    const test =
      typeof name === 'string' && Object.hasOwn(typeTests, name) ? typeTests[name] : undefined
    if (test === undefined) throw new SchemaUnusable(`${path}: ${shown(name)} is not a type`)
    return test
  })
  const message = `must be of type ${names.join(' or ')}`
  return (place) => (tests.some((test) => test(place.value)) ? fits : violation(place, message))
}

function readEnum(value: unknown, { path }: KeywordPlace): Keyword {
  if (!Array.isArray(value)) throw new SchemaUnusable(`${path}: expected a list`)
  return oneOfValues(value, `must be one of ${shown(value)}`)
}

function oneOfValues(values: readonly unknown[], message: string): Keyword {
  const allowed = new Set(values.map(canonicalJson))
  return (place, checking) => {
    checking.spend(sizeOf(place.value))
    return allowed.has(canonicalJson(place.value)) ? fits : violation(place, message)
  }
}

function readMultipleOf(value: unknown, where: KeywordPlace): Keyword {
  const divisor = numberAt(value, where)
  if (divisor <= 0) throw new SchemaUnusable(`${where.path}: expected a number above 0`)
  return (place) => {
    if (typeof place.value !== 'number') return fits
    const quotient = place.value / divisor
    // 0.3 is a multiple of 0.1, though not in binary.
    const isMultiple =
      Number.isFinite(quotient) &&
      Math.abs(quotient - Math.round(quotient)) <= Math.abs(quotient) * 2 * Number.EPSILON
    return isMultiple ? fits : violation(place, `must be a multiple of ${divisor}`)
  }
}

function bound(holds: (number: number, limit: number) => boolean, words: string): KeywordReader {
  return (value, where) => {
    const limit = numberAt(value, where)
    return (place) =>
      typeof place.value !== 'number' || holds(place.value, limit)
        ? fits
        : violation(place, `must be ${words} ${limit}`)
  }
}

function counted(
  count: (value: unknown) => number | undefined,
  holds: (count: number, limit: number) => boolean,
  words: string,
  unit: string,
): KeywordReader {
  return (value, where) => {
    const limit = countAt(value, where)
    return (place) => {
      const found = count(place.value)
      return found === undefined || holds(found, limit)
        ? fits
        : violation(place, `must have ${words} ${limit} ${unit}`)
    }
  }
}

function charactersOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  let count = 0
  for (const _ of value) count++
  return count
}

function itemsOf(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined
}

function propertiesOf(value: unknown): number | undefined {
  return isJsonObject(value) ? Object.keys(value).length : undefined
}

function readPattern(value: unknown, { path, reader }: KeywordPlace): Keyword {
  const pattern = reader.pattern(value, path)
  return (place, checking) =>
    typeof place.value !== 'string' || matches(pattern, place.value, checking)
      ? fits
      : violation(place, `must match the pattern ${String(value)}`)
}

function readUniqueItems(value: unknown): Keyword {
  return (place, checking) => {
    if (value !== true || !Array.isArray(place.value)) return fits
    checking.spend(sizeOf(place.value))
    const distinct = new Set(place.value.map(canonicalJson))
    return distinct.size === place.value.length
      ? fits
      : violation(place, 'must not have an item twice')
  }
}

function readRequired(value: unknown, where: KeywordPlace): Keyword {
  const names = namesAt(value, where)
  return (place) => missing(place, names)
}

function readDependentRequired(value: unknown, where: KeywordPlace): Keyword {
  const { path } = where
  if (!isJsonObject(value)) throw new SchemaUnusable(`${path}: expected names by name`)
  const needed = Object.entries(value).map(
    ([name, names]) => [name, namesAt(names, { ...where, path: `${path}/${name}` })] as const,
  )
  return (place) =>
    needed.flatMap(([name, names]) => (hasField(place, name) ? missing(place, names) : fits))
}

function missing(place: Place, names: readonly string[]) {
  if (!isJsonObject(place.value)) return fits
  const absent = names.filter((name) => !hasField(place, name))
  return absent.flatMap((name) => violation(place, `must have the field ${shown(name)}`))
}

function hasField({ value }: Place, name: string): boolean {
  return isJsonObject(value) && Object.hasOwn(value, name)
}

/** About how long it takes to write a value. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / 64
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item), 1)
  if (!isJsonObject(value)) return 1
  return Object.values(value).reduce<number>((sum, field) => sum + sizeOf(field), 1)
}

const shownMax = 200

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= shownMax ? text : `${text.slice(0, shownMax).toWellFormed()}…`
}
