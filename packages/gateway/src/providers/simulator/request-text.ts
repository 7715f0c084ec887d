import type { Item, ModelRequest } from '@fairlead/llm'

export function lastUserText(request: ModelRequest): string {
  const last = request.items.findLast((item) => item.type === 'message' && item.role === 'user')
  return last === undefined ? '' : textOf(last)
}

export function textOf(item: Item): string {
  if (item.type === 'function_call_output') {
    return typeof item.output === 'string' ? item.output : partsText(item.output)
  }
  return item.type === 'message' ? partsText(item.content) : ''
}

/** The texts of parts, with the type of whatever is none. */
export function partsText(parts: readonly { readonly type: string }[]): string {
  return parts
    .map((part) => ('text' in part && typeof part.text === 'string' ? part.text : `[${part.type}]`))
    .join('')
}
