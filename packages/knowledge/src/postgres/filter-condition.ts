import type { MetadataFilter, MetadataValue } from '../metadata-filter.ts'
import { storedCharacters, storedMetadata } from './stored-characters.ts'

const operators = { ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/** Longer lists are compared one after the other; the index of metadata finds those of short ones. */
const shortList = 16

/**
 * A filter as a condition on `d.metadata`, a jsonb. Keys and values are pushed to `values`, and none
 * becomes a part of the SQL.
 */
export function filterCondition(filter: MetadataFilter, values: unknown[]): string {
  return conditionOf(filter, (value) => `$${values.push(value)}`)
}

type Place = (value: unknown) => string

function conditionOf(filter: MetadataFilter, place: Place): string {
  switch (filter.type) {
    case 'and':
    case 'or': {
      if (filter.filters.length === 0) return filter.type === 'and' ? 'true' : 'false'
      return `(${filter.filters.map((one) => conditionOf(one, place)).join(` ${filter.type} `)})`
    }
    case 'in':
      return isAmong(filter.key, filter.value, place)
    case 'nin': {
      const type = `jsonb_typeof(d.metadata -> ${keyOf(filter.key, place)})`
      return `(${type} IN ('string', 'number') AND NOT ${isAmong(filter.key, filter.value, place)})`
    }
    default: {
      const { key, type, value } = filter
      return type === 'eq' ? has(key, value, place) : compared({ key, type, value }, place)
    }
  }
}

function has(key: string, value: MetadataValue, place: Place): string {
  return `d.metadata @> ${place(pair(key, value))}::jsonb`
}

function isAmong(key: string, list: readonly (string | number)[], place: Place): string {
  if (list.length === 0) return 'false'
  if (list.length <= shortList) {
    return `(${list.map((value) => has(key, value, place)).join(' OR ')})`
  }
  const pairs = list.map((value) => pair(key, value))
  return `d.metadata @> ANY (${place(pairs)}::text[]::jsonb[])`
}

function compared(
  { key, type, value }: { key: string; type: keyof typeof operators; value: MetadataValue },
  place: Place,
): string {
  const member = `d.metadata -> ${keyOf(key, place)}`
  const operator = operators[type]
  // What a CASE does not reach is not cast.
  const where = (is: string, comparison: string) =>
    `CASE WHEN jsonb_typeof(${member}) = '${is}' THEN ${comparison} ELSE false END`
  if (typeof value === 'string') {
    const text = `${place(storedCharacters(value))}::text`
    return where('string', `(${member} #>> '{}') COLLATE "C" ${operator} ${text}`)
  }
  if (typeof value === 'number') {
    return where('number', `(${member})::numeric ${operator} ${place(String(value))}::numeric`)
  }
  return where('boolean', `(${member})::boolean ${operator} ${place(value)}::boolean`)
}

function keyOf(key: string, place: Place): string {
  return `${place(storedCharacters(key))}::text`
}

function pair(key: string, value: MetadataValue): string {
  // Not by a literal, in which __proto__ is no key.
  return storedMetadata(Object.fromEntries([[key, value]]))
}
