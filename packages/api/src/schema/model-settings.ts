import { Type } from 'typebox'
import { integer, object, setList, text } from './fields.ts'
import { decimal, signedDecimal } from './formats.ts'

/** How a model shall sample, for kinds that prescribe it. */
export function modelSettings(description: string) {
  return Type.Optional(
    object(description, {
      temperature: Type.Optional(
        decimal(
          'Sampling temperature as a decimal text, such as "0.2". The call decides when left out.',
        ),
      ),
      topP: Type.Optional(decimal('Nucleus sampling as a decimal text, such as "0.9".')),
      presencePenalty: Type.Optional(
        signedDecimal('Penalty for words that occurred before, as a decimal text.'),
      ),
      frequencyPenalty: Type.Optional(
        signedDecimal('Penalty for words by how often they occurred, as a decimal text.'),
      ),
      maxOutputTokens: Type.Optional(
        integer('Most tokens that the model may answer with.', { min: 1, max: 10_000_000 }),
      ),
      seed: Type.Optional(
        integer('Seed for providers that can repeat an answer.', { min: 0, max: 2 ** 31 - 1 }),
      ),
      stop: Type.Optional(
        setList(
          'Texts at which the model stops.',
          text('A text at which the model stops.', { min: 1, max: 256 }),
          { max: 16 },
        ),
      ),
    }),
  )
}
