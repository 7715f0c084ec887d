import { invalidField } from '../../json/request-field.ts'
import type { EmbeddingsRequest } from './embeddings-request.ts'

/** The inputs for a provider that reads texts alone, `textsMax` at most. Throws a ModelError 400 for others. */
export function textInputs(
  { inputs }: Pick<EmbeddingsRequest, 'inputs'>,
  textsMax: number,
): readonly string[] {
  if (inputs.length > textsMax) {
    throw invalidField('input', `this provider takes at most ${textsMax} texts in a call.`)
  }
  return inputs.map((input, index) => {
    if (typeof input === 'string') return input
    throw invalidField(`input[${index}]`, 'this provider reads texts, no tokens; send the text.')
  })
}
