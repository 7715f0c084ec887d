import {
  invalidField,
  readNumber,
  readObject,
  readOptional,
  readPositiveInteger,
} from '@fairlead/llm'

/** As many passages as one search may ask for, as OpenAI has it. */
const resultsMax = 50

/** `max_num_results`; undefined without one. Throws a ModelError 400. */
export function readResultsMax(value: unknown, param: string): number | undefined {
  const count = readOptional(value, param, readPositiveInteger)
  if (count === undefined || count <= resultsMax) return count
  throw invalidField(param, `it must be at most ${resultsMax}.`)
}

/**
 * `score_threshold` of `ranking_options`; undefined without one. Rankers of others are not known here.
 * Throws a ModelError 400.
 */
export function readScoreThreshold(value: unknown, param: string): number | undefined {
  const options = readOptional(value, param, readObject) ?? {}
  const ranker = options['ranker'] ?? 'auto'
  if (ranker !== 'auto') {
    throw invalidField(`${param}.ranker`, 'it must be auto: the KnowledgeBase says how it ranks.')
  }
  return readOptional(options['score_threshold'], `${param}.score_threshold`, readNumber)
}
