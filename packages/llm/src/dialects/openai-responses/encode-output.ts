import type { JsonObject } from '@fairlead/base'
import type {
  ContentPart,
  FunctionCallItem,
  Item,
  ItemStatus,
  OutputFilePart,
  ReasoningItem,
} from '../../operations/chat/item.ts'
import { wrapSealed } from '../../operations/chat/sealed-text.ts'
import { callSeal } from './call-seal.ts'
import { dialectName } from './dialect-name.ts'
import { encodeOutputText } from './encode-items.ts'
import { itemId } from './item-ids.ts'

/** Where in an answer an item stands, and how its caller wants thinking told. */
export interface OutputContext {
  readonly responseId: string
  /** Its place in the output. */
  readonly index: number
  /** Thinking without a summary is told as one: the caller has asked for summaries. */
  readonly tellsThinking: boolean
  readonly hidesSeals: boolean
}

/** Seals without a maker were stored before makers were noted, when only one dialect had them. */
const unnamedMaker = 'anthropic-messages'

/** Writes one item of an answer for a caller; some have more than one, and some none. */
export function encodeOutput(
  items: readonly Item[],
  context: Omit<OutputContext, 'index'>,
): JsonObject[] {
  const output: JsonObject[] = []
  for (const item of items) {
    for (const piece of outputPieces(item)) {
      const written = encodeOutputItem(piece, { ...context, index: output.length })
      if (written !== undefined) output.push(written)
    }
  }
  return output
}

/**
 * The items that stand for one: files leave the message in which they came, and the signature of a
 * call goes before it.
 */
function outputPieces(item: Item): Item[] {
  if (item.type === 'function_call') {
    const seal = callSeal(item)
    return seal === undefined ? [item] : [sealItem(seal), item]
  }
  if (item.type !== 'message') return [item]
  const pieces: Item[] = []
  let parts: ContentPart[] = []
  const flush = () => {
    if (parts.length > 0 || item.content.length === 0) pieces.push({ ...item, content: parts })
    parts = []
  }
  for (const part of item.content) {
    const file = part.type === 'output_file' ? fileItem(part) : undefined
    if (file === undefined) {
      parts.push(part)
    } else {
      flush()
      pieces.push(file)
    }
  }
  if (parts.length > 0 || pieces.length === 0) flush()
  return pieces
}

/** The reasoning item that carries the signature of the call after it. */
export function sealItem(seal: string): ReasoningItem {
  return { type: 'reasoning', maker: dialectName, summary: [], encrypted_content: seal }
}

/** A picture that the model made, as a call of the tool with which OpenAI's models make them. */
export function fileItem(file: OutputFilePart): Item | undefined {
  if (!file.media_type.startsWith('image/')) return undefined
  const block = {
    type: 'image_generation_call',
    id: file.id ?? '',
    status: 'completed',
    output_format: file.media_type.slice('image/'.length),
    result: file.data,
  }
  return { type: 'fairlead:native', role: 'assistant', dialect: dialectName, block }
}

/** Undefined for an item that a caller of this dialect cannot be told. */
export function encodeOutputItem(
  item: Item,
  context: OutputContext,
  status: ItemStatus = 'completed',
): JsonObject | undefined {
  const id = (prefix: Parameters<typeof itemId>[0]) =>
    item.id ?? itemId(prefix, context.responseId, context.index)
  switch (item.type) {
    case 'message':
      return {
        id: id('msg'),
        type: 'message',
        status: item.status ?? status,
        role: 'assistant',
        content: item.content.flatMap((part) => encodeOutputPart(part) ?? []),
        ...(item.phase === undefined ? {} : { phase: item.phase }),
      }
    case 'reasoning':
      return { id: id('rs'), ...encodeReasoning(item, context) }
    case 'function_call':
      return encodeCall(item, id(item.custom === undefined ? 'fc' : 'ctc'), item.status ?? status)
    case 'fairlead:native':
      return item.dialect === dialectName ? withId(item.block, context) : undefined
    case 'function_call_output':
      return undefined
  }
}

/** Undefined for what only input has. A sound is told by its words. */
export function encodeOutputPart(part: ContentPart): JsonObject | undefined {
  switch (part.type) {
    case 'output_text':
      return { logprobs: [], ...encodeOutputText(part) }
    case 'refusal':
      return { type: 'refusal', refusal: part.refusal }
    case 'output_file':
      return part.transcript === undefined
        ? undefined
        : { type: 'output_text', text: part.transcript, annotations: [], logprobs: [] }
    default:
      return undefined
  }
}

function encodeReasoning(
  item: ReasoningItem,
  { hidesSeals, tellsThinking }: OutputContext,
): JsonObject {
  const told = tellsThinking && item.summary.length === 0
  const { content = [] } = item
  const seal = hidesSeals ? undefined : sealOf(item)
  return {
    type: 'reasoning',
    summary: told ? content.map(({ text }) => ({ type: 'summary_text', text })) : item.summary,
    ...(told || content.length === 0 ? {} : { content }),
    ...(seal === undefined ? {} : { encrypted_content: seal }),
  }
}

/** A reasoning item's seal as a caller of this dialect gets it; undefined without one. */
export function sealOf(item: ReasoningItem): string | undefined {
  const { encrypted_content: encrypted, maker = unnamedMaker, signature } = item
  if (signature !== undefined) {
    return wrapSealed({ maker, field: 'signature', text: signature }, dialectName)
  }
  return encrypted === undefined
    ? undefined
    : wrapSealed({ maker, field: 'encrypted_content', text: encrypted }, dialectName)
}

function encodeCall(item: FunctionCallItem, id: string, status: ItemStatus): JsonObject {
  const { arguments: text, call_id, custom, extras, name } = item
  const more = extras?.dialect === dialectName ? extras.fields : {}
  return custom === undefined
    ? { id, type: 'function_call', status, call_id, name, arguments: text, ...more }
    : { id, type: 'custom_tool_call', status, call_id, name, input: text, ...more }
}

/** Pictures of other makers often have no id, but every output item has one. */
function withId(block: JsonObject, { index, responseId }: OutputContext): JsonObject {
  const prefix = block['type'] === 'file_search_call' ? 'fs' : 'ig'
  return block['id'] === '' ? { ...block, id: itemId(prefix, responseId, index) } : block
}
