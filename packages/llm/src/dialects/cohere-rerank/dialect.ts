import { arrayOrEmpty, isJsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { spliceTopLevel } from '../../json/json-splice.ts'
import { uniqueFields } from '../../json/unique-fields.ts'
import type { RankedDocument, RerankAnswer } from '../../operations/rerank/rerank-answer.ts'
import type { RerankRequest } from '../../operations/rerank/rerank-request.ts'
import { inputUsage, type Usage } from '../../operations/usage.ts'
import type { ValueFormat } from '../../operations/value-format.ts'
import type { Dialect } from '../dialect.ts'
import { valuePassage } from '../value-passage.ts'
import { decodeRequest } from './decode-request.ts'

/**
 * Cohere's rerank, which Jina and servers of models such as vLLM have as well; errors are those of
 * `chat`. https://docs.cohere.com/reference/rerank, https://jina.ai/reranker
 */
export function rerankBeside(chat: Dialect): Dialect {
  return {
    ...chat,
    name: 'cohere-rerank',
    operations: { rerank: format },
    passage: {
      ...valuePassage(chat.passage, {
        decidedFields: uniqueFields(['model', 'query', 'documents', 'top_n', 'return_documents']),
        inspect(body) {
          const { documents, model, query } = decodeRequest(body)
          // The query is read with each of them.
          const textLength = documents.reduce((sum, { length }) => sum + length + query.length, 0)
          return { model, textLength }
        },
        texts: (body) => [decodeRequest(body).query],
        edit: (body, { model, outline }) =>
          spliceTopLevel(body, { set: { model: JSON.stringify(model) } }, outline),
        isAnswer: (answer) => 'results' in answer && Array.isArray(answer.results),
      }),
      readUsage,
      scanUsage(bytes) {
        try {
          return readUsage(objectOrEmpty(JSON.parse(Buffer.from(bytes).toString('utf8'))))
        } catch {
          return undefined
        }
      },
    },
  }
}

const format: ValueFormat<RerankRequest, RerankAnswer> = {
  decodeRequest,
  encodeRequest: ({ documents, model, query, returnsDocuments, topN }) => ({
    model,
    query,
    documents,
    ...(topN === undefined ? {} : { top_n: topN }),
    ...(returnsDocuments ? { return_documents: true } : {}),
  }),
  decodeResponse(body, { documents }) {
    const { results, model } = body as { readonly results?: unknown; readonly model?: unknown }
    return {
      results: arrayOrEmpty(results).map((result) => readResult(result, documents.length)),
      model: typeof model === 'string' ? model : '',
      usage: readUsage(body),
    }
  },
  encodeResponse: ({ model, results, usage }, { documents, returnsDocuments }) => ({
    model,
    results: results.map(({ index, score }) => ({
      index,
      relevance_score: score,
      ...(returnsDocuments ? { document: { text: documents[index] ?? '' } } : {}),
    })),
    usage: { total_tokens: usage?.inputTokens ?? 0 },
  }),
  isAsAsked: () => true,
}

function readResult(value: unknown, documents: number): RankedDocument {
  const { index, relevance_score: score } = isJsonObject(value) ? value : {}
  const isPlace = typeof index === 'number' && Number.isInteger(index) && index >= 0
  if (isPlace && index < documents && typeof score === 'number') return { index, score }
  throw new ModelError('upstream', "The provider's answer does not order the documents.", {
    failure: 'InvalidAnswer',
  })
}

/** Jina tells tokens; Cohere bills searches, and tells tokens of some models. */
function readUsage(answer: object): Usage | undefined {
  const { meta, usage } = answer as { readonly meta?: unknown; readonly usage?: unknown }
  const tokens =
    numberOrUndefined(objectOrEmpty(usage)['total_tokens']) ??
    numberOrUndefined(objectOrEmpty(objectOrEmpty(meta)['tokens'])['input_tokens'])
  return tokens === undefined ? undefined : inputUsage(tokens)
}
