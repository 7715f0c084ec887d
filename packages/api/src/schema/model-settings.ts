import { Type } from 'typebox'
import { integer, number, object, setList, text } from './fields.ts'

/** How a model samples, for kinds that prescribe it. What is omitted is left to the call. */
export function modelSettings(description: string) {
  return Type.Optional(
    object(description, {
      temperature: Type.Optional(
        number('Sampling temperature, such as 0.2. If omitted, the call decides.', {
          min: 0,
          max: 2,
        }),
      ),
      topP: Type.Optional(number('Nucleus sampling, such as 0.9.', { min: 0, max: 1 })),
      presencePenalty: Type.Optional(
        number('Penalty for tokens that have occurred before.', { min: -2, max: 2 }),
      ),
      frequencyPenalty: Type.Optional(
        number('Penalty for tokens in proportion to how often they have occurred.', {
          min: -2,
          max: 2,
        }),
      ),
      maxOutputTokens: Type.Optional(
        integer('Maximum number of tokens in the answer.', { min: 1, max: 10_000_000 }),
      ),
      seed: Type.Optional(
        integer('Seed, for providers that support reproducible answers.', {
          min: 0,
          max: 2 ** 31 - 1,
        }),
      ),
      stop: Type.Optional(
        setList(
          'Sequences at which the model stops.',
          text('A sequence at which the model stops.', { min: 1, max: 256 }),
          { max: 16 },
        ),
      ),
    }),
  )
}
