import { ModelError } from '../../errors/model-error.ts'
import type { EmbeddingsAnswer } from './embeddings-answer.ts'
import type { EmbeddingsRequest } from './embeddings-request.ts'

/** The error for an answer without the vectors that were asked for. */
export function notVectors(detail: string): ModelError {
  return new ModelError('upstream', `The provider's answer is no list of vectors: ${detail}.`, {
    failure: 'InvalidAnswer',
  })
}

/** Throws unless there is a vector for each input: callers match them by their places. */
export function checkCount(
  vectors: EmbeddingsAnswer['vectors'],
  { inputs }: Pick<EmbeddingsRequest, 'inputs'>,
): void {
  if (vectors.length === inputs.length) return
  throw notVectors(`it has ${vectors.length} of the ${inputs.length} that were asked for`)
}

/** A vector as a list of numbers. Throws for anything else. */
export function readVector(value: unknown): readonly number[] {
  const isVector =
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number')
  if (!isVector) throw notVectors('one of its vectors is none')
  return value
}
