import { arrayOrEmpty, isJsonObject, type JsonObject, stringOrUndefined } from '@fairlead/base'

/**
 * Text and thinking of a message or delta in the forms of the compatible providers: `content` is a
 * string, or (Mistral) an array of `text` and `thinking` parts; thinking is in `reasoning_content`
 * (DeepSeek, vLLM, xAI and most others) or `reasoning` (OpenRouter, Ollama, Groq).
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
    reasoning:
      reasoning +
      parts
        .filter((part) => part['type'] === 'thinking')
        .map((part) => joinTexts(arrayOrEmpty(part['thinking']).filter(isJsonObject)))
        .join(''),
  }
}

function joinTexts(parts: readonly JsonObject[]): string {
  return parts.map((part) => stringOrUndefined(part['text']) ?? '').join('')
}
