import { arrayOrEmpty, type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import type { EmbeddingsRequest } from '../../operations/embeddings/embeddings-request.ts'
import { readVector } from '../../operations/embeddings/read-vector.ts'
import { textInputs } from '../../operations/embeddings/text-inputs.ts'
import { inputUsage } from '../../operations/usage.ts'
import type { Dialect } from '../dialect.ts'
import { upstreamEmbeddings } from '../upstream-embeddings.ts'

const textsMax = 100

const taskTypes = { document: 'RETRIEVAL_DOCUMENT', query: 'RETRIEVAL_QUERY' } as const

/** Gemini's `batchEmbedContents`, as it is asked: https://ai.google.dev/api/embeddings */
export function geminiEmbeddingsBeside(chat: Dialect): Dialect {
  return upstreamEmbeddings(chat, 'gemini-embeddings', { encodeRequest, decodeResponse })
}

function encodeRequest(request: EmbeddingsRequest): JsonObject {
  const { dimensions, model, purpose } = request
  return {
    requests: textInputs(request, textsMax).map((text) => ({
      model: model.startsWith('models/') ? model : `models/${model}`,
      content: { parts: [{ text }] },
      ...(purpose === undefined ? {} : { taskType: taskTypes[purpose] }),
      ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
    })),
  }
}

function decodeResponse(body: object) {
  const { embeddings, usageMetadata } = body as {
    readonly embeddings?: unknown
    readonly usageMetadata?: unknown
  }
  const vectors = arrayOrEmpty(embeddings).map((one) => readVector(objectOrEmpty(one)['values']))
  const inputTokens = numberOrUndefined(objectOrEmpty(usageMetadata)['promptTokenCount'])
  return {
    vectors,
    model: '',
    usage: inputTokens === undefined ? undefined : inputUsage(inputTokens),
  }
}
