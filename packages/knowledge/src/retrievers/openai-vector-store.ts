import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'
import type { FoundPassage, Retriever } from '../found-passage.ts'
import {
  addressBelow,
  askService,
  comparableMetadata,
  passageId,
  passageText,
  scoreOf,
  textOrNull,
} from './ask-service.ts'
import type { RetrieverOptions } from './retriever-options.ts'
import { withinQuery } from './within-query.ts'

/** As many as OpenAI's search returns. */
const resultsMax = 50

/** A vector store of OpenAI, or of a service with the same search. */
export function openAIVectorStoreRetriever(options: RetrieverOptions): Retriever {
  const { knowledgeId, url } = options
  return {
    async search(query) {
      const { filter, minScore, signal, text, topK } = query
      const body = {
        query: text,
        max_num_results: Math.min(topK, resultsMax),
        ...(filter === undefined ? {} : { filters: filter }),
        ...(minScore === undefined ? {} : { ranking_options: { score_threshold: minScore } }),
      }
      const path = `vector_stores/${encodeURIComponent(knowledgeId)}/search`
      const found = await askService(options, addressBelow(url, path), body, 'data', signal)
      return withinQuery(found.flatMap(passageOf), query)
    },
  }
}

function passageOf(result: JsonObject, index: number): readonly FoundPassage[] {
  const parts = arrayOrEmpty(result['content']).filter(isJsonObject)
  const text = parts.map(({ text: part }) => textOrNull(part) ?? '').join('\n')
  if (text.trim() === '') return []
  const title = textOrNull(result['filename'])
  const document = textOrNull(result['file_id']) ?? title ?? `result ${index + 1}`
  const metadata = comparableMetadata(result['attributes'])
  return [
    {
      id: passageId(document, text),
      document,
      source: 'external',
      title,
      url: textOrNull(metadata['url']),
      headings: [],
      text: passageText(text),
      score: scoreOf(result['score']),
      metadata,
    },
  ]
}
