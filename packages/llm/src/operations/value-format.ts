import type { JsonObject } from '@fairlead/base'
import type { Usage } from './usage.ts'

/**
 * A dialect's format of an operation whose request and answer are one JSON object each. Numbers of
 * answers are plain ones: there may be millions.
 */
export interface ValueFormat<Request, Answer> {
  /** Reads a caller's request. Throws a ModelError that names the field at fault. */
  decodeRequest(body: JsonObject): Request
  /** Writes a provider's request. Throws a ModelError for what it cannot express. */
  encodeRequest(request: Request): object
  /** Reads a provider's answer. Throws a ModelError of kind `upstream` if it is not one. */
  decodeResponse(body: object, request: Request): Answer & ValueAnswer
  /** Writes an answer for a caller. */
  encodeResponse(answer: Answer & ValueAnswer, request: Request): object
  /** Whether a provider's answer can pass to a caller who sent this request in the same dialect. */
  isAsAsked(answer: Uint8Array, request: Request): boolean
}

/** What every answer has. */
interface ValueAnswer {
  /** Empty where the provider names none. */
  readonly model: string
  /** Undefined where the provider tells none. */
  readonly usage: Usage | undefined
}
