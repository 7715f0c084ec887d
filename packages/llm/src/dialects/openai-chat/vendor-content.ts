import { arrayOrEmpty, isJsonObject, type JsonObject, stringOrUndefined } from '@fairlead/base'
import type { Annotation } from '../../operations/chat/item.ts'

/**
 * Text and thinking of a message or delta in the forms of the compatible providers: `content` is a
 * string, or (Mistral) an array of `text`, `thinking` and `reference` parts; thinking is in
 * `reasoning_content` (DeepSeek, vLLM, xAI and most others) or `reasoning` (OpenRouter, Ollama,
 * Groq).
 */
export function readVendorContent(message: JsonObject): {
  readonly text: string
  readonly reasoning: string
} {
  const content = message['content']
  const reasoning =
    stringOrUndefined(message['reasoning_content']) ?? stringOrUndefined(message['reasoning']) ?? ''
  if (!Array.isArray(content)) return { text: stringOrUndefined(content) ?? '', reasoning }
  const parts = content.filter(isJsonObject)
  return {
    text: joinTexts(parts.filter((part) => part['type'] === 'text')),
    reasoning: reasoning + parts.filter(isThinking).map(thinkingText).join(''),
  }
}

/** Mistral's references to what a tool returned: https://docs.mistral.ai/capabilities/citations */
export function readReferences(message: JsonObject): Annotation[] {
  return arrayOrEmpty(message['content'])
    .filter(isJsonObject)
    .filter((part) => part['type'] === 'reference')
    .map((value) => ({ type: 'reference', origin: { dialect: 'openai-chat', value } }))
}

function isThinking(part: JsonObject): boolean {
  return part['type'] === 'thinking'
}

/** The text of a part of type `thinking`, whose own parts are texts. */
function thinkingText(part: JsonObject): string {
  const { thinking } = part
  return typeof thinking === 'string'
    ? thinking
    : joinTexts(arrayOrEmpty(thinking).filter(isJsonObject))
}

function joinTexts(parts: readonly JsonObject[]): string {
  return parts.map((part) => stringOrUndefined(part['text']) ?? '').join('')
}
