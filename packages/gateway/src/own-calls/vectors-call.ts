import { openAiEmbeddings } from '@fairlead/llm'
import type { EmbedOptions } from '@fairlead/retrieval'
import type { Call } from '../call/call.ts'
import type { OwnCall } from './make-own-call.ts'
import { unfitAnswer, valueCall } from './value-call.ts'

/** Of the text that a token stands for: less than on average, as a text that is too long is refused. */
const charactersPerToken = 3

interface VectorsRequest extends Pick<EmbedOptions, 'purpose'> {
  readonly model: string
  readonly texts: readonly string[]
}

/** One batch of texts as a call; its vectors have length 1. */
export function vectorsCall({
  model,
  purpose,
  texts,
}: VectorsRequest): OwnCall<readonly Float32Array[]> {
  const fieldsOf = (input: readonly string[]) => ({
    model,
    input,
    encoding_format: 'base64',
    input_type: purpose,
  })
  return valueCall({
    dialect: openAiEmbeddings,
    fields: fieldsOf(texts),
    changed: (change) => vectorsCall({ model, purpose, texts: texts.map((text) => change(text)) }),
    fieldsFor(call) {
      const lengthMax = readableLength(call)
      if (texts.every(({ length }) => length <= lengthMax)) return undefined
      return fieldsOf(texts.map((text) => text.slice(0, lengthMax).toWellFormed()))
    },
    result(answer) {
      const { vectors = [] } = answer as { readonly vectors?: readonly ArrayLike<number>[] }
      if (vectors.length !== texts.length) {
        throw unfitAnswer(model, `made ${vectors.length} vectors of ${texts.length} texts`)
      }
      return vectors.map((vector) => unitVector(vector, model))
    },
  })
}

/** Characters that every target reads, as far as it is known. */
function readableLength({ route }: Call): number {
  const windows = route.targets.map(({ facts }) => facts?.contextWindow ?? Infinity)
  return Math.min(...windows) * charactersPerToken
}

function unitVector(vector: ArrayLike<number>, model: string): Float32Array {
  let squares = 0
  for (let place = 0; place < vector.length; place += 1) squares += (vector[place] ?? 0) ** 2
  const length = Math.sqrt(squares)
  if (!Number.isFinite(length) || length === 0) {
    throw unfitAnswer(model, 'made a vector without a direction')
  }
  return Float32Array.from(vector, (value) => value / length)
}
