import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  readArray,
  readBoolean,
  readNonEmptyString,
  readObject,
  readOptional,
} from '@fairlead/llm'

/** What a call asks of the responses that the gateway keeps. */
export interface KeptRequest {
  /** Whether its response is kept. */
  readonly store: boolean
  /** The response that it continues. */
  readonly previous: string | undefined
  /** A conversation that gains input and output. */
  readonly conversation: string | undefined
  /** Whether the answer is made though its caller leaves. */
  readonly background: boolean
  /** Whether the caller is not told the seals of thinking: they come with what is kept. */
  readonly hidesSeals: boolean
}

/** Nobody makes longer ids. */
const idLengthMax = 512

const sealsInclude = 'reasoning.encrypted_content'

/** Reads `store`, `previous_response_id`, `conversation` and `background`. Throws a ModelError 400. */
export function readKeptRequest(fields: JsonObject): KeptRequest {
  const store = readOptional(fields['store'], 'store', readBoolean) ?? true
  const background = readOptional(fields['background'], 'background', readBoolean) ?? false
  const previous = readOptional(fields['previous_response_id'], 'previous_response_id', readId)
  const conversation = readOptional(fields['conversation'], 'conversation', readConversation)
  const include = readOptional(fields['include'], 'include', readArray) ?? []
  if (background && !store) {
    throw invalidField('background', 'it needs store: true, for its response is asked for later.')
  }
  if (previous !== undefined && conversation !== undefined) {
    throw invalidField('previous_response_id', 'it cannot stand beside conversation; give one.')
  }
  return {
    store,
    previous,
    conversation,
    background,
    hidesSeals: store && !include.includes(sealsInclude),
  }
}

function readConversation(value: unknown, param: string): string {
  return typeof value === 'string'
    ? readId(value, param)
    : readId(readObject(value, param)['id'], `${param}.id`)
}

function readId(value: unknown, param: string): string {
  const id = readNonEmptyString(value, param)
  if (id.length > idLengthMax) throw invalidField(param, 'it is too long for an id.')
  return id
}
