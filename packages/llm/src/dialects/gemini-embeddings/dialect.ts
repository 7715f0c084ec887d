import { arrayOrEmpty, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { invalidField } from '../../json/request-field.ts'
import type { EmbeddingsAnswer } from '../../operations/embeddings/embeddings-answer.ts'
import type { EmbeddingsRequest } from '../../operations/embeddings/embeddings-request.ts'
import { notVectors, readVector } from '../../operations/embeddings/read-vector.ts'
import { inputUsage } from '../../operations/usage.ts'
import type { ValueFormat } from '../../operations/value-format.ts'
import type { Dialect } from '../dialect.ts'

const textsMax = 100

const taskTypes = { document: 'RETRIEVAL_DOCUMENT', query: 'RETRIEVAL_QUERY' } as const

/** Gemini's `batchEmbedContents`, as it is asked: https://ai.google.dev/api/embeddings */
export function geminiEmbeddingsBeside(chat: Dialect): Dialect {
  const { passage } = chat
  return {
    ...chat,
    name: 'gemini-embeddings',
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
    if (inputs.length > textsMax) {
      throw invalidField('input', `this provider takes at most ${textsMax} texts in a call.`)
    }
    const requests = inputs.map((input, index) => {
      if (typeof input !== 'string') {
        throw invalidField(
          `input[${index}]`,
          'this provider reads texts, no tokens; send the text.',
        )
      }
      return {
        model: model.startsWith('models/') ? model : `models/${model}`,
        content: { parts: [{ text: input }] },
        ...(purpose === undefined ? {} : { taskType: taskTypes[purpose] }),
        ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
      }
    })
    return { requests }
  },
  decodeResponse(body) {
    const { embeddings, usageMetadata } = body as {
      readonly embeddings?: unknown
      readonly usageMetadata?: unknown
    }
    const vectors = arrayOrEmpty(embeddings).map((one) => readVector(objectOrEmpty(one)['values']))
    if (vectors.length === 0) throw notVectors('it has none')
    const inputTokens = numberOrUndefined(objectOrEmpty(usageMetadata)['promptTokenCount'])
    return {
      vectors,
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
