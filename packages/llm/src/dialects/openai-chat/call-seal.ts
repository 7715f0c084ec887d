import { type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { FunctionCallItem } from '../../operations/chat/item.ts'
import { unwrapSealed, wrapSealed } from '../../operations/chat/sealed-text.ts'

/** What Gemini's seal of a call is made in. */
const geminiMaker = 'gemini'

/**
 * The seal of the thinking that led to a call, where Gemini's OpenAI-compatible API has it:
 * https://ai.google.dev/gemini-api/docs/thought-signatures#openai
 */
export function readCallSeal(call: JsonObject): Pick<FunctionCallItem, 'maker' | 'signature'> {
  const google = objectOrEmpty(objectOrEmpty(call['extra_content'])['google'])
  // LiteLLM's place for the same.
  const specific = objectOrEmpty(call['provider_specific_fields'])
  const text =
    stringOrUndefined(google['thought_signature']) ??
    stringOrUndefined(specific['thought_signature']) ??
    ''
  if (text === '') return {}
  const sealed = unwrapSealed(text, 'openai-chat', 'signature')
  const isOwn = sealed.maker === 'openai-chat'
  return { maker: isOwn ? geminiMaker : sealed.maker, signature: sealed.text }
}

/**
 * The same field for a caller, who is to send it back with the call. It is Gemini's: a seal of any
 * other maker is wrapped.
 */
export function callSealForCaller({
  maker = geminiMaker,
  signature,
}: Pick<FunctionCallItem, 'maker' | 'signature'>): JsonObject {
  if (signature === undefined) return {}
  const sealed = wrapSealed({ maker, field: 'signature', text: signature }, geminiMaker)
  return { extra_content: { google: { thought_signature: sealed } } }
}

/** The same field for Google's server; a seal of another maker is left out. */
export function callSealForServer({ maker, signature }: FunctionCallItem): JsonObject {
  return signature === undefined || maker !== geminiMaker
    ? {}
    : { extra_content: { google: { thought_signature: signature } } }
}
