import type { ItemRefusal, RefuseItem } from '@fairlead/context'
import {
  chatFormatOf,
  type ContentPart,
  type Dialect,
  type Item,
  ModelError,
  type ModelRequest,
} from '@fairlead/llm'
import type { CallTarget } from '../routing/call-target.ts'
import { adaptFor } from './target-body.ts'

/** What a target cannot be sent of a conversation's history, for a caller of a dialect. */
export function itemRefuser(target: CallTarget, caller: Dialect): RefuseItem {
  const { dialect, encoding } = target.apiFor(caller)
  const format = chatFormatOf(dialect)
  const problemOf = (items: readonly Item[]): string | undefined => {
    try {
      const { request } = adaptFor(target, caller, requestOf(target.model, items))
      format.encodeRequest(request, encoding)
      return undefined
    } catch (error) {
      if (error instanceof ModelError && error.kind === 'invalid-request') return error.message
      throw error
    }
  }
  return (item) => {
    switch (item.type) {
      case 'fairlead:native':
        return item.dialect === dialect.name
          ? undefined
          : // The encoder leaves it out, and the answer's header says so.
            { reason: 'unknown_to_target', problem: null, instead: item }
      case 'message':
        return format.singlePrompt === true
          ? undefined
          : refusedParts(item, item.content, problemOf)
      case 'function_call_output':
        return typeof item.output === 'string' || format.singlePrompt === true
          ? undefined
          : refusedParts(item, item.output, problemOf)
      default:
        return undefined
    }
  }
}

/** What `itemRefuser` decides by beside the model and the two dialects: an edited provider is asked anew. */
export function refusalOf(target: CallTarget, caller: Dialect): string {
  const { encoding } = target.apiFor(caller)
  return JSON.stringify([caller.name, encoding, target.provider.settings.parameters.unsupported])
}

/** Text is what every model takes: only other parts are tried, each for itself. */
function refusedParts(
  item: Item,
  parts: readonly ContentPart[],
  problemOf: (items: readonly Item[]) => string | undefined,
): ItemRefusal | undefined {
  let problem: string | undefined
  const kept = parts.filter((part) => {
    const refusal = isText(part) ? undefined : problemOf(sampleWith(item, part))
    problem ??= refusal
    return refusal === undefined
  })
  if (problem === undefined) return undefined
  return { reason: 'refused_by_target', problem, instead: withParts(item, kept) }
}

function isText({ type }: ContentPart): boolean {
  return type === 'input_text' || type === 'output_text' || type === 'refusal'
}

/** The shortest dialogue in which a part stands as it does in its item. */
function sampleWith(item: Item, part: ContentPart): readonly Item[] {
  const asked = {
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text: 'x' }],
  } as const
  if (item.type === 'message') return [asked, { ...item, content: [part] }]
  if (item.type !== 'function_call_output') return [asked]
  const { call_id } = item
  return [
    asked,
    { type: 'function_call', call_id, name: 'x', arguments: '{}' },
    { ...item, output: [part] },
  ]
}

/** An output stays, also without content: its call needs one. */
function withParts(item: Item, parts: readonly ContentPart[]): Item | undefined {
  if (item.type === 'function_call_output') {
    return { ...item, output: parts.length === 0 ? '' : parts }
  }
  return item.type === 'message' && parts.length > 0 ? { ...item, content: parts } : undefined
}

function requestOf(model: string, items: readonly Item[]): ModelRequest {
  return { model, items, tools: [], settings: {}, stream: false, includeUsage: false, extras: {} }
}
