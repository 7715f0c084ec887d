import { ModelError } from '../../errors/model-error.ts'

/** The error for an answer without the vectors that were asked for. */
export function notVectors(detail: string): ModelError {
  return new ModelError('upstream', `The provider's answer is no list of vectors: ${detail}.`, {
    failure: 'InvalidAnswer',
  })
}

/** A vector as a list of numbers. Throws for anything else. */
export function readVector(value: unknown): readonly number[] {
  const isVector =
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number')
  if (!isVector) throw notVectors('one of its vectors is none')
  return value
}
