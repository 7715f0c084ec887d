import type { ContentPart, Item } from '@fairlead/llm'

/** The text of an item as a model reads it: for counting tokens and comparing items. */
export function itemText(item: Item): string {
  switch (item.type) {
    case 'message':
      return partsText(item.content)
    case 'reasoning':
      return [...item.summary, ...(item.content ?? [])].map((part) => part.text).join('\n')
    case 'function_call':
      return `${item.name}\n${item.arguments}`
    case 'function_call_output':
      return typeof item.output === 'string' ? item.output : partsText(item.output)
    case 'fairlead:native':
      return JSON.stringify(item.block)
    default:
      return item satisfies never
  }
}

/** The parts of an item that are not text: images, files, audio. */
export function mediaParts(item: Item): readonly ContentPart[] {
  const parts =
    item.type === 'message'
      ? item.content
      : item.type === 'function_call_output' && typeof item.output !== 'string'
        ? item.output
        : none
  return parts.every(isText) ? none : parts.filter((part) => !isText(part))
}

const none: readonly ContentPart[] = []

function isText(part: ContentPart): boolean {
  return partText(part) !== undefined
}

function partsText(parts: readonly ContentPart[]): string {
  // Most messages have one part: they are many.
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return partText(only) ?? ''
  return parts.map((part) => partText(part) ?? '').join('')
}

function partText(part: ContentPart): string | undefined {
  if (part.type === 'input_text' || part.type === 'output_text') return part.text
  return part.type === 'refusal' ? part.refusal : undefined
}
