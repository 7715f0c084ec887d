import type { JsonObject } from '@fairlead/base'
import { inputUsage, openAiRerank } from '@fairlead/llm'
import { featuresOf } from './text-features.ts'

/** The answer to a call for ranks: the share of the query's words that a document has. */
export function simulatedRanks(body: JsonObject): object {
  const { rerank: format } = openAiRerank.operations
  if (format === undefined) throw new Error('the dialect has no ranks')
  const request = format.decodeRequest(body)
  const { documents, model, query, topN = documents.length } = request
  const wanted = new Set(featuresOf(query))
  const scores = documents.map((document, index) => {
    const words = new Set(featuresOf(document))
    const shared = [...wanted].filter((word) => words.has(word)).length
    return { index, score: wanted.size === 0 ? 0 : shared / wanted.size }
  })
  const characters = documents.reduce((sum, { length }) => sum + length + query.length, 0)
  const answer = {
    model,
    results: scores.toSorted((left, right) => right.score - left.score).slice(0, topN),
    usage: inputUsage(Math.ceil(characters / 4)),
  }
  return format.encodeResponse(answer, request)
}
