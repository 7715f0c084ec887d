import type { AnswerTransformer } from './answer-transform.ts'
import { citedSources } from './transforms/cited-sources/cited-sources.ts'
import { keptResponse } from './transforms/kept-response/kept-response.ts'
import { searchCall } from './transforms/search-call/search-call.ts'

/** In the order in which they are applied. */
export const answerTransformers: readonly AnswerTransformer[] = [
  citedSources,
  searchCall,
  keptResponse,
]
