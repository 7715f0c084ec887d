import type { FoundPassage, KnowledgeQuery } from '../found-passage.ts'
import { matchesFilter } from '../matches-filter.ts'

/**
 * What a service may have found: it need not know filters, so that each passage is checked here, and
 * only then are as many kept as were wanted.
 */
export function withinQuery(
  found: readonly FoundPassage[],
  { filter, topK }: Pick<KnowledgeQuery, 'filter' | 'topK'>,
): readonly FoundPassage[] {
  const fits = found.filter(
    ({ metadata }) => filter === undefined || matchesFilter(metadata, filter),
  )
  return fits.slice(0, topK)
}
