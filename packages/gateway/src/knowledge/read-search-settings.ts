import {
  invalidField,
  readNumber,
  readObject,
  readOptional,
  readPositiveInteger,
} from '@fairlead/llm'
import type { BaseSearch } from '../call/requested-search.ts'

/** As many passages as one search may ask for, as OpenAI has it. */
const resultsMax = 50

/** `max_num_results`; undefined without one. Throws a ModelError 400. */
export function readResultsMax(value: unknown, param: string): number | undefined {
  const count = readOptional(value, param, readPositiveInteger)
  if (count === undefined || count <= resultsMax) return count
  throw invalidField(param, `it must be at most ${resultsMax}.`)
}

/**
 * `ranking_options`: `auto` is what the KnowledgeBase says, `none` the order of the search. Rankers of
 * others, and their weights, are not known here. Throws a ModelError 400.
 */
export function readRanking(
  value: unknown,
  param: string,
): Pick<BaseSearch, 'minScore' | 'ranker'> {
  const options = readOptional(value, param, readObject) ?? {}
  const ranker = options['ranker'] ?? 'auto'
  if (ranker !== 'auto' && ranker !== 'none') {
    throw invalidField(
      `${param}.ranker`,
      'it must be auto or none: the KnowledgeBase says what ranks.',
    )
  }
  if ((options['hybrid_search'] ?? undefined) !== undefined) {
    throw invalidField(
      `${param}.hybrid_search`,
      'leave it out: both ways of searching weigh alike.',
    )
  }
  return {
    minScore: readOptional(options['score_threshold'], `${param}.score_threshold`, readNumber),
    ...(ranker === 'none' ? { ranker } : {}),
  }
}
