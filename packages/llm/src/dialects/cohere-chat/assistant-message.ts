import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import type {
  ContentPart,
  FunctionCallItem,
  Item,
  ReasoningItem,
} from '../../operations/chat/item.ts'
import { citesText, decodeCitation } from './citations.ts'
import { dialectName } from './dialect-name.ts'
import { decodeArguments } from './tool-arguments.ts'

/**
 * Reads an assistant's message, which answers and requests have in common: the plan for its calls,
 * thinking, text with citations, calls. The plan is told like a summary, so that it is found again.
 */
export function readAssistant(message: JsonObject): Item[] {
  const { content, tool_plan: plan } = message
  const blocks =
    typeof content === 'string'
      ? [{ type: 'text', text: content }]
      : arrayOrEmpty(content).filter(isJsonObject)
  const items: Item[] = typeof plan === 'string' && plan !== '' ? [planItem(plan)] : []
  let parts: ContentPart[] | undefined
  for (const [index, part] of readTexts(blocks, citationsOf(message)).entries()) {
    const block = blocks[index] ?? {}
    if (part !== undefined) {
      if (parts === undefined) {
        parts = []
        items.push({ type: 'message', role: 'assistant', content: parts })
      }
      parts.push(part)
    } else if (block['type'] === 'thinking') {
      parts = undefined
      items.push(...thinkingItem(stringOrUndefined(block['thinking']) ?? ''))
    } else {
      parts = undefined
      items.push({ type: 'fairlead:native', role: 'assistant', dialect: dialectName, block })
    }
  }
  const calls = arrayOrEmpty(message['tool_calls'])
  return [...items, ...calls.map((call, index) => decodeCall(call, `call_${index}`))]
}

/** The citations of what is not text, which no annotation can say. */
export function otherCitations(message: JsonObject): JsonObject[] {
  return citationsOf(message).filter((citation) => !citesText(citation))
}

function citationsOf({ citations }: JsonObject): JsonObject[] {
  return arrayOrEmpty(citations).filter(isJsonObject)
}

/** The text of each block that has one, with its citations: those without an index are the first's. */
function readTexts(
  blocks: readonly JsonObject[],
  citations: readonly JsonObject[],
): (ContentPart | undefined)[] {
  const first = blocks.findIndex(isText)
  const byBlock = new Map<number, JsonObject[]>()
  for (const citation of citations.filter(citesText)) {
    const index = numberOrUndefined(citation['content_index'])
    const place = index !== undefined && isText(blocks[index]) ? index : first
    const cited = byBlock.get(place)
    if (cited === undefined) byBlock.set(place, [citation])
    else cited.push(citation)
  }
  return blocks.map((block, index) => {
    if (!isText(block)) return undefined
    const annotations = (byBlock.get(index) ?? []).map(decodeCitation)
    return {
      type: 'output_text',
      text: stringOrUndefined(block['text']) ?? '',
      ...(annotations.length === 0 ? {} : { annotations }),
    }
  })
}

function isText(block: JsonObject | undefined): boolean {
  return block?.['type'] === 'text'
}

function thinkingItem(text: string): ReasoningItem[] {
  return text === ''
    ? []
    : [{ type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text }] }]
}

function planItem(text: string): ReasoningItem {
  return { type: 'reasoning', summary: [{ type: 'summary_text', text }] }
}

function decodeCall(value: unknown, fallbackId: string): FunctionCallItem {
  const call = objectOrEmpty(value)
  const called = objectOrEmpty(call['function'])
  return {
    type: 'function_call',
    call_id: stringOrUndefined(call['id']) ?? fallbackId,
    name: stringOrUndefined(called['name']) ?? '',
    arguments: decodeArguments(stringOrUndefined(called['arguments']) ?? ''),
  }
}
