import type { MetadataFilter } from './metadata-filter.ts'

/** More conditions than these are no filter that anybody has written. */
const conditionsMax = 200

/** Throws a RangeError for a filter of very many conditions. */
export function checkFilterSize(filter: MetadataFilter): void {
  if (sizeOf(filter) > conditionsMax) {
    throw new RangeError(`the filter has more than ${conditionsMax} conditions`)
  }
}

function sizeOf(filter: MetadataFilter): number {
  if (filter.type !== 'and' && filter.type !== 'or') {
    return filter.type === 'in' || filter.type === 'nin' ? 1 + filter.value.length / 100 : 1
  }
  return filter.filters.reduce((total, one) => total + sizeOf(one), 1)
}
