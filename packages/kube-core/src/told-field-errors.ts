import { fieldErrorBody, fieldErrorCause, type FieldError } from './field-error.ts'
import type { StatusCause } from './status.ts'

/** What is told of the errors of one object: those of a large one could fill the memory. */
const charactersMax = 1024 * 1024

interface ToldFieldErrors {
  readonly text: string
  readonly causes: StatusCause[]
}

/** Field errors as a status tells them; beyond a mebibyte, the last cause says how many follow. */
export function toldFieldErrors(errors: readonly FieldError[]): ToldFieldErrors {
  const messages = new Set<string>()
  const causes: StatusCause[] = []
  let characters = 0
  for (const error of errors) {
    const message = fieldErrorBody(error)
    characters += error.field.length + message.length
    if (characters > charactersMax && causes.length > 0) {
      const further = `${errors.length - causes.length} further errors`
      messages.add(further)
      causes.push({ message: further })
      break
    }
    messages.add(`${error.field}: ${message}`)
    causes.push({ reason: fieldErrorCause(error.type), message, field: error.field })
  }
  const joined = [...messages].join(', ')
  return { text: messages.size === 1 ? joined : `[${joined}]`, causes }
}

/** Joins errors into one message: a single one unchanged, several in brackets, duplicates once. */
export function joinFieldErrors(errors: readonly FieldError[]): string {
  return toldFieldErrors(errors).text
}
