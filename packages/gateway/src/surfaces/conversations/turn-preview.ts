import type { Turn } from '@fairlead/context'
import type { ContentPart, Item } from '@fairlead/llm'

const lengthMax = 80

/** The beginning of what a turn asks, in one line: 80 characters at most. */
export function previewOf({ input }: Pick<Turn, 'input'>): string {
  let text = ''
  for (const item of input) {
    for (const one of textsOf(item)) {
      // More than can be shown is not looked at.
      text = `${text} ${one.slice(0, 4 * lengthMax)}`.replaceAll(/\s+/g, ' ').trimStart()
      if (text.length >= 2 * lengthMax) return cut(text)
    }
  }
  return cut(text)
}

function* textsOf(item: Item): Iterable<string> {
  const parts = partsOf(item)
  if (typeof parts === 'string') yield parts
  else for (const part of parts) if ('text' in part) yield part.text
}

function partsOf(item: Item): string | readonly ContentPart[] {
  if (item.type === 'message') return item.content
  return item.type === 'function_call_output' ? item.output : []
}

function cut(text: string): string {
  return Array.from(text.trim()).slice(0, lengthMax).join('')
}
