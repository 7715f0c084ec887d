import type { MetadataFilter, MetadataValue } from './metadata-filter.ts'

type Comparison = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte'

/**
 * Whether metadata passes a filter, as stores evaluate it. What is not there, or of another type,
 * passes no comparison, not even that it be different. Texts are in the order of their bytes in UTF-8.
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
      return compares(filter.type, value, filter.value)
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
  type: Comparison,
  left: MetadataValue | undefined,
  right: MetadataValue,
): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    return holds(type, Buffer.compare(Buffer.from(left), Buffer.from(right)))
  }
  return typeof left === typeof right && holds(type, Number(left) - Number(right))
}

function holds(type: Comparison, order: number): boolean {
  switch (type) {
    case 'eq':
      return order === 0
    case 'ne':
      return order !== 0
    case 'gt':
      return order > 0
    case 'gte':
      return order >= 0
    case 'lt':
      return order < 0
    case 'lte':
      return order <= 0
  }
}
