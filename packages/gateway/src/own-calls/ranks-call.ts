import { openAiRerank, type RankedDocument } from '@fairlead/llm'
import type { OwnRerankRequest } from '../call/own-calls.ts'
import type { OwnCall } from './make-own-call.ts'
import { unfitAnswer, valueCall } from './value-call.ts'

/** Documents to be ordered, as a call. */
export function ranksCall({
  documents,
  model,
  query,
  topN,
}: OwnRerankRequest): OwnCall<readonly RankedDocument[]> {
  return valueCall({
    dialect: openAiRerank,
    fields: { model, query, documents, top_n: topN },
    changed: (change) =>
      ranksCall({
        documents: documents.map((one) => change(one)),
        model,
        query: change(query),
        topN,
      }),
    result(answer) {
      const { results = [] } = answer as { readonly results?: readonly RankedDocument[] }
      const places = new Set(results.map(({ index }) => index))
      if (places.size !== results.length || places.size === 0) {
        throw unfitAnswer(model, 'named no document, or one twice')
      }
      return results.toSorted((left, right) => right.score - left.score).slice(0, topN)
    },
  })
}
