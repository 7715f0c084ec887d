import { checkFilterSize } from '../filter-size.ts'
import type { MetadataFilter, MetadataValue } from '../metadata-filter.ts'

/** A condition in SQL, with the values of its placeholders in their order. */
interface SqlCondition {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

const operators = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/**
 * A filter as a condition on `documents.number`. No key and no value becomes a part of the SQL. Throws
 * a RangeError for a filter of very many conditions.
 */
export function filterSql(filter: MetadataFilter): SqlCondition {
  checkFilterSize(filter)
  return conditionOf(filter)
}

function conditionOf(filter: MetadataFilter): SqlCondition {
  switch (filter.type) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map(conditionOf)
      const none = filter.type === 'and' ? '1' : '0'
      return {
        sql:
          parts.length === 0 ? none : `(${parts.map(({ sql }) => sql).join(` ${filter.type} `)})`,
        values: parts.flatMap(({ values }) => values),
      }
    }
    case 'in':
    case 'nin':
      return oneOf(filter.key, filter.value, filter.type === 'in')
    default: {
      const { key, type, value } = filter
      return member(key, [value], (compared) => `member.value ${operators[type]} ${compared}`)
    }
  }
}

function oneOf(key: string, values: readonly (string | number)[], isIn: boolean): SqlCondition {
  const texts = values.filter((value) => typeof value === 'string')
  const numbers = values.filter((value) => typeof value === 'number')
  const among = (list: readonly unknown[]) => list.map(() => '?').join(', ')
  // A part without values would keep the index from finding those of the other.
  const parts = [
    ...(texts.length > 0 ? [`member.type = 'string' AND member.value IN (${among(texts)})`] : []),
    ...(numbers.length > 0 ? [`${numeric} AND member.value IN (${among(numbers)})`] : []),
  ]
  const sql = parts.length === 0 ? '0' : `(${parts.join(' OR ')})`
  const typed = `(member.type = 'string' OR ${numeric})`
  return {
    sql: exists(isIn ? sql : `${typed} AND NOT ${sql}`),
    values: [key, ...texts, ...numbers],
  }
}

const numeric = "member.type = 'number'"

function member(
  key: string,
  [value]: readonly [MetadataValue],
  compare: (compared: string) => string,
): SqlCondition {
  if (typeof value === 'boolean') {
    const sql = `member.type = 'boolean' AND ${compare('?')}`
    return { sql: exists(sql), values: [key, value ? 1 : 0] }
  }
  const type = typeof value === 'string' ? "member.type = 'string'" : numeric
  return { sql: exists(`${type} AND ${compare('?')}`), values: [key, value] }
}

function exists(condition: string): string {
  return `documents.number IN (SELECT document FROM members AS member WHERE member.key = ? AND (${condition}))`
}
