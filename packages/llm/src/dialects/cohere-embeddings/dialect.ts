import { arrayOrEmpty, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { invalidField } from '../../json/request-field.ts'
import type { EmbeddingsAnswer } from '../../operations/embeddings/embeddings-answer.ts'
import type { EmbeddingsRequest } from '../../operations/embeddings/embeddings-request.ts'
import { notVectors, readVector } from '../../operations/embeddings/read-vector.ts'
import { inputUsage } from '../../operations/usage.ts'
import type { ValueFormat } from '../../operations/value-format.ts'
import type { Dialect } from '../dialect.ts'

const textsMax = 96

/** Cohere's `/v2/embed`, as it is asked: https://docs.cohere.com/reference/embed */
export function cohereEmbeddingsBeside(chat: Dialect): Dialect {
  const { passage } = chat
  return {
    ...chat,
    name: 'cohere-embeddings',
    operations: { embeddings: format },
    passage: {
      ...passage,
      answerFailure: (answer) =>
        'embeddings' in answer ? undefined : passage.answerFailure(answer),
    },
  }
}

const format: ValueFormat<EmbeddingsRequest, EmbeddingsAnswer> = {
  decodeRequest: notServed,
  encodeRequest({ dimensions, inputs, model, purpose }) {
    const texts = inputs.map((input, index) => {
      if (typeof input === 'string') return input
      throw invalidField(`input[${index}]`, 'this provider reads texts, no tokens; send the text.')
    })
    if (texts.length > textsMax) {
      throw invalidField('input', `this provider takes at most ${textsMax} texts in a call.`)
    }
    return {
      model,
      texts,
      // It has to be given.
      input_type: purpose === 'query' ? 'search_query' : 'search_document',
      embedding_types: ['float'],
      ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
    }
  },
  decodeResponse(body) {
    const { embeddings, meta } = body as { readonly embeddings?: unknown; readonly meta?: unknown }
    const vectors = arrayOrEmpty(objectOrEmpty(embeddings)['float'])
    if (vectors.length === 0) throw notVectors('it has none')
    const billed = objectOrEmpty(objectOrEmpty(meta)['billed_units'])
    const inputTokens = numberOrUndefined(billed['input_tokens'])
    return {
      vectors: vectors.map(readVector),
      model: '',
      usage: inputTokens === undefined ? undefined : inputUsage(inputTokens),
    }
  },
  encodeResponse: notServed,
  isAsAsked: () => false,
}

function notServed(): never {
  throw new Error('no caller speaks this dialect')
}
