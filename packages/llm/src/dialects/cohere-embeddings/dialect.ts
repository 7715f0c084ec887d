import { arrayOrEmpty, type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import type { EmbeddingsRequest } from '../../operations/embeddings/embeddings-request.ts'
import { readVector } from '../../operations/embeddings/read-vector.ts'
import { textInputs } from '../../operations/embeddings/text-inputs.ts'
import { inputUsage } from '../../operations/usage.ts'
import type { Dialect } from '../dialect.ts'
import { upstreamEmbeddings } from '../upstream-embeddings.ts'

const textsMax = 96

/** Cohere's `/v2/embed`, as it is asked: https://docs.cohere.com/reference/embed */
export function cohereEmbeddingsBeside(chat: Dialect): Dialect {
  return upstreamEmbeddings(chat, 'cohere-embeddings', { encodeRequest, decodeResponse })
}

function encodeRequest(request: EmbeddingsRequest): JsonObject {
  const { dimensions, model, purpose } = request
  const texts = textInputs(request, textsMax)
  return {
    model,
    texts,
    // It has to be given.
    input_type: purpose === 'query' ? 'search_query' : 'search_document',
    embedding_types: ['float'],
    ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
  }
}

function decodeResponse(body: object) {
  const { embeddings, meta } = body as { readonly embeddings?: unknown; readonly meta?: unknown }
  const vectors = arrayOrEmpty(objectOrEmpty(embeddings)['float'])
  const billed = objectOrEmpty(objectOrEmpty(meta)['billed_units'])
  const inputTokens = numberOrUndefined(billed['input_tokens'])
  return {
    vectors: vectors.map(readVector),
    model: '',
    usage: inputTokens === undefined ? undefined : inputUsage(inputTokens),
  }
}
