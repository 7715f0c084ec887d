import type { EmbeddingsAnswer } from '../operations/embeddings/embeddings-answer.ts'
import type { EmbeddingsRequest } from '../operations/embeddings/embeddings-request.ts'
import { checkCount } from '../operations/embeddings/read-vector.ts'
import type { ValueFormat } from '../operations/value-format.ts'
import type { Dialect } from './dialect.ts'

/** What an API has of its own in which only providers are asked for vectors. */
type UpstreamFormat = Pick<
  ValueFormat<EmbeddingsRequest, EmbeddingsAnswer>,
  'encodeRequest' | 'decodeResponse'
>

/** An API for vectors that no caller speaks, beside `chat`, whose errors and headers are its own too. */
export function upstreamEmbeddings(chat: Dialect, name: string, format: UpstreamFormat): Dialect {
  const { passage } = chat
  return {
    ...chat,
    name,
    operations: {
      embeddings: {
        encodeRequest: format.encodeRequest,
        decodeResponse(body, request) {
          const answer = format.decodeResponse(body, request)
          checkCount(answer.vectors, request)
          return answer
        },
        decodeRequest: notSpoken,
        encodeResponse: notSpoken,
        isAsAsked: () => false,
      },
    },
    passage: {
      ...passage,
      answerFailure: (answer) =>
        'embeddings' in answer ? undefined : passage.answerFailure(answer),
    },
  }
}

function notSpoken(): never {
  throw new Error('no caller speaks this dialect')
}
