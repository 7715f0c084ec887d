import { numberOrUndefined } from '@fairlead/base'
import type { MetadataFilter, MetadataValue } from '@fairlead/knowledge'
import { invalidField, readArray, readNonEmptyString, readObject } from '@fairlead/llm'

/** As many comparisons as a caller may send, and so deep. */
const comparisonsMax = 64
const depthMax = 8

const comparisons = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const

/** A filter in OpenAI's form. Throws a ModelError 400 for anything else, and for too much of it. */
export function readFilter(value: unknown, param: string): MetadataFilter {
  let left = comparisonsMax
  const read = (given: unknown, path: string, depth: number): MetadataFilter => {
    left -= 1
    if (left < 0) throw invalidField(path, `a filter has at most ${comparisonsMax} parts.`)
    if (depth > depthMax) throw invalidField(path, `a filter is at most ${depthMax} levels deep.`)
    const filter = readObject(given, path)
    const type = filter['type']
    if (type === 'and' || type === 'or') {
      const parts = readArray(filter['filters'], `${path}.filters`)
      if (parts.length === 0) throw invalidField(`${path}.filters`, 'it must not be empty.')
      return {
        type,
        filters: parts.map((part, index) => read(part, `${path}.filters[${index}]`, depth + 1)),
      }
    }
    const key = readNonEmptyString(filter['key'], `${path}.key`)
    if (type === 'in' || type === 'nin') {
      return { type, key, value: readValues(filter['value'], `${path}.value`) }
    }
    const comparison = comparisons.find((one) => one === type)
    if (comparison === undefined) {
      const known = [...comparisons, 'in', 'nin', 'and', 'or'].join(', ')
      throw invalidField(`${path}.type`, `it must be one of ${known}.`)
    }
    return { type: comparison, key, value: readValue(filter['value'], `${path}.value`) }
  }
  return read(value, param, 1)
}

function readValue(value: unknown, path: string): MetadataValue {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  const number = numberOrUndefined(value)
  if (number !== undefined && Number.isFinite(number)) return number
  throw invalidField(path, 'it must be a string, a number or a boolean.')
}

function readValues(value: unknown, path: string): readonly (string | number)[] {
  const values = readArray(value, path)
  if (values.length > comparisonsMax) {
    throw invalidField(path, `it has at most ${comparisonsMax} values.`)
  }
  return values.map((one, index) => {
    const read = readValue(one, `${path}[${index}]`)
    if (typeof read !== 'boolean') return read
    throw invalidField(`${path}[${index}]`, 'it must be a string or a number.')
  })
}
