import type { MetadataFilter, MetadataValue } from './metadata-filter.ts'

/**
 * Whether metadata passes a filter, as stores evaluate it. What is not there, or of another type,
 * passes no comparison, not even that it be different.
 */
export function matchesFilter(
  metadata: Readonly<Record<string, MetadataValue>>,
  filter: MetadataFilter,
): boolean {
  switch (filter.type) {
    case 'and':
      return filter.filters.every((one) => matchesFilter(metadata, one))
    case 'or':
      return filter.filters.some((one) => matchesFilter(metadata, one))
    case 'in':
    case 'nin': {
      const value = valueOf(metadata, filter.key)
      if (value === undefined || typeof value === 'boolean') return false
      return filter.value.includes(value) === (filter.type === 'in')
    }
    default: {
      const value = valueOf(metadata, filter.key)
      return typeof value === typeof filter.value && compares(filter.type, value, filter.value)
    }
  }
}

function valueOf(
  metadata: Readonly<Record<string, MetadataValue>>,
  key: string,
): MetadataValue | undefined {
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined
}

function compares(
  type: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte',
  left: MetadataValue | undefined,
  right: MetadataValue,
): boolean {
  if (left === undefined) return false
  switch (type) {
    case 'eq':
      return left === right
    case 'ne':
      return left !== right
    case 'gt':
      return left > right
    case 'gte':
      return left >= right
    case 'lt':
      return left < right
    case 'lte':
      return left <= right
  }
}
