import type { JsonObject } from '../http/json-body.ts'
import type { CallContext } from './call-context.ts'

/** A caller's request for an answer, read and checked as far as every provider needs it. */
export interface ModelCall {
  /** The body as it was sent, in OpenAI's format; what is not edited reaches a provider unchanged. */
  readonly body: Buffer
  readonly fields: JsonObject
  /** Top-level fields that the gateway sets instead of the caller's or beside them. */
  readonly edits: JsonObject
  /** Settings that hold where the caller gave none; their field names depend on the provider. */
  readonly defaults: { readonly temperature?: number; readonly maxOutputTokens?: number }
  /** The model that the caller asked for, or the default. */
  readonly model: string
  readonly stream: boolean
  readonly context: CallContext
  readonly prompt: UsedPrompt | undefined
}

export interface UsedPrompt {
  readonly namespace: string
  readonly name: string
  readonly version: string
}

/** The body with the gateway's edits, as values. */
export function editedFields(call: ModelCall): JsonObject {
  const { context: _ownField, ...fields } = call.fields
  return { ...fields, model: call.model, ...call.edits }
}
