import { isJsonObject } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import type { EmbeddingsAnswer } from '../../operations/embeddings/embeddings-answer.ts'
import type { EmbeddingsRequest } from '../../operations/embeddings/embeddings-request.ts'
import { checkCount, notVectors, readVector } from '../../operations/embeddings/read-vector.ts'
import { vectorFromText, vectorToText } from '../../operations/embeddings/vector-text.ts'
import type { ValueFormat } from '../../operations/value-format.ts'
import type { Passage } from '../passage.ts'
import { decodeRequest } from './decode-request.ts'

/** https://platform.openai.com/docs/api-reference/embeddings */
export function embeddingsFormat(
  readUsage: Passage['readUsage'],
): ValueFormat<EmbeddingsRequest, EmbeddingsAnswer> {
  return {
    decodeRequest,
    encodeRequest: ({ dimensions, encoding, inputs, model }) => ({
      model,
      input: inputs,
      encoding_format: encoding,
      ...(dimensions === undefined ? {} : { dimensions }),
    }),
    decodeResponse(body, request) {
      const { data, model } = body as { readonly data?: unknown; readonly model?: unknown }
      if (!Array.isArray(data)) throw notVectors('it has no list of vectors')
      const vectors = inOrder(data).map(({ embedding }) => vectorOf(embedding))
      checkCount(vectors, request)
      return {
        vectors,
        model: typeof model === 'string' ? model : '',
        usage: readUsage(body),
      }
    },
    encodeResponse({ model, usage, vectors }, { encoding }) {
      const tokens = usage?.inputTokens ?? 0
      return {
        object: 'list',
        data: vectors.map((vector, index) => ({
          object: 'embedding',
          index,
          embedding: encoding === 'base64' ? vectorToText(vector) : Array.from(vector),
        })),
        model,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      }
    },
    isAsAsked,
  }
}

interface Entry {
  readonly embedding?: unknown
}

function inOrder(data: readonly unknown[]): readonly Entry[] {
  const entries = data.map((entry) => (isJsonObject(entry) ? entry : {}))
  const indexes = entries.map(({ index }) => index)
  const isOrdered = indexes.every((index, place) => index === undefined || index === place)
  if (isOrdered) return entries
  const ordered = entries.toSorted((left, right) => Number(left['index']) - Number(right['index']))
  const isWhole = ordered.every(({ index }, place) => index === place)
  if (!isWhole) throw notVectors('its vectors are not numbered from 0 on')
  return ordered
}

function vectorOf(embedding: unknown): ArrayLike<number> {
  if (typeof embedding !== 'string') return readVector(embedding)
  const vector = vectorFromText(embedding)
  if (vector === undefined) throw notVectors('one of its vectors is none')
  return vector
}

const key = '"embedding"'

/**
 * Many servers do not know `encoding_format`: the first vector tells. Some leave vectors out; their
 * number is that of the keys, for no vector has a quotation mark in it.
 */
function isAsAsked(answer: Uint8Array, { encoding, inputs }: EmbeddingsRequest): boolean {
  const bytes = asBuffer(answer)
  const begins = encoding === 'base64' ? '"' : '['
  let count = 0
  for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + key.length)) {
    const after = bytes.toString('latin1', at + key.length, at + key.length + 32)
    const [, first] = /^\s*:\s*(["[])/.exec(after) ?? []
    if (first === undefined) continue
    if (count === 0 && first !== begins) return false
    count += 1
  }
  return count === inputs.length
}
