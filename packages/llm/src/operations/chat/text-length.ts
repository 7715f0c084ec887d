import { isJsonObject } from '@fairlead/base'

/** The characters of text in a message's content: a string, or parts or blocks with a `text`. */
export function textLength(content: unknown): number {
  if (typeof content === 'string') return content.length
  if (!Array.isArray(content)) return 0
  let length = 0
  for (const part of content) {
    const text: unknown = isJsonObject(part) ? part['text'] : undefined
    if (typeof text === 'string') length += text.length
  }
  return length
}
