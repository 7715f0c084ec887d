import { Type } from 'typebox'
import { atomicList, flag, freeObject, object, text } from './fields.ts'

/** Definitions of the tools that are offered to the model. */
export function toolList(description: string) {
  return atomicList(
    description,
    object('A function that the model may call.', {
      name: text('Name of the function.', { min: 1, max: 64, pattern: '^[a-zA-Z0-9_-]+$' }),
      description: Type.Optional(
        text('What the function does and when to use it, for the model.', { max: 8192 }),
      ),
      parameters: Type.Optional(
        freeObject('Arguments of the function as a JSON Schema (2020-12).'),
      ),
      strict: Type.Optional(
        flag('Whether the arguments must match the schema exactly, if the provider supports that.'),
      ),
    }),
    { max: 128, default: [] },
  )
}
