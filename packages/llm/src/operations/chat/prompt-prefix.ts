import { isJsonObject } from '@fairlead/base'

/** What the calls of one dialogue, and those of one application, send first. */
interface LeadingParts {
  /** As sent; only the names of tools count. */
  readonly tools: unknown
  /** The contents of the system messages, then of the first other one. */
  readonly contents: readonly unknown[]
}

/**
 * The beginning of a prompt, at most `lengthMax` characters: the names of its tools, then the text
 * of the contents. Images and files count as nothing. The work is bounded by `lengthMax`, and by the
 * number of parts without text.
 */
export function leadingText({ tools, contents }: LeadingParts, lengthMax: number): string {
  let text = ''
  for (const tool of Array.isArray(tools) ? tools : []) {
    if (text.length >= lengthMax) break
    text += `${toolName(tool).slice(0, lengthMax)}\n`
  }
  for (const content of contents) {
    for (const part of typeof content === 'string' ? [content] : partsOf(content)) {
      if (text.length >= lengthMax) return text.slice(0, lengthMax)
      text += textOf(part).slice(0, lengthMax)
    }
    text += '\n'
  }
  return text.slice(0, lengthMax)
}

function toolName(tool: unknown): string {
  if (!isJsonObject(tool)) return ''
  const named = isJsonObject(tool['function']) ? tool['function'] : tool
  return textIn(named['name'] ?? named['type'])
}

const partsOf = (content: unknown): readonly unknown[] => (Array.isArray(content) ? content : [])

const textOf = (part: unknown): string => textIn(isJsonObject(part) ? part['text'] : part)

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')
