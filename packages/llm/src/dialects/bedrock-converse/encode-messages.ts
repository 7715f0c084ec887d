import type { JsonObject } from '@fairlead/base'
import type {
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  ReasoningItem,
} from '../../operations/chat/item.ts'
import { matchOutputs } from '../../operations/chat/match-outputs.ts'
import { callInput } from '../../operations/chat/call-input.ts'
import { cachePoint } from './cache-point.ts'
import { dialectName } from './dialect-name.ts'
import { createDocumentNames, type DocumentNames } from './document-names.ts'
import { encodeParts, textBlock } from './encode-content.ts'
import { isOwnSeal } from './thinking.ts'
import { createToolUseIds } from './tool-use-ids.ts'

interface EncodedMessages {
  /** Blocks for the top-level `system`. */
  readonly system: JsonObject[]
  readonly messages: { readonly role: 'user' | 'assistant'; readonly content: JsonObject[] }[]
}

interface MessageOptions {
  /** Whether thinking without a seal is sent: by callers of this dialect, who know the model. */
  readonly unsealed: boolean
}

/**
 * Writes items as messages that follow the API's rules: system and developer messages go to the
 * top-level `system`; adjacent messages of one role are merged; every call is answered in the very
 * next message, all parallel results together and before anything else; the first message is the
 * user's; a document has a text beside it; the last message, if it is the assistant's, does not end
 * in white space or thinking.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html
 */
export function encodeMessages(items: readonly Item[], options: MessageOptions): EncodedMessages {
  const outputs = matchOutputs(items)
  const ids = createToolUseIds()
  const names = createDocumentNames()
  const system: JsonObject[] = []
  const messages: EncodedMessages['messages'] = []

  function add(role: 'user' | 'assistant', blocks: readonly JsonObject[]): void {
    if (blocks.length === 0) return
    const last = messages.at(-1)
    if (last?.role !== role) messages.push({ role, content: [...blocks] })
    else for (const block of blocks) last.content.push(block)
  }

  function encodeCall(call: FunctionCallItem, results: JsonObject[]): JsonObject[] {
    const id = ids.next(call.call_id)
    results.push(...encodeResult(id, outputs.of(call), names))
    return encodeToolUse(id, call)
  }

  function addAssistantRun(run: readonly Item[]): void {
    const results: JsonObject[] = []
    const blocks = run.flatMap((item) =>
      item.type === 'function_call'
        ? encodeCall(item, results)
        : encodeAssistantItem(item, names, options),
    )
    add('assistant', blocks)
    add('user', results)
  }

  let run: Item[] = []
  for (const item of items) {
    if (isAssistantItem(item)) {
      run.push(item)
      continue
    }
    addAssistantRun(run)
    run = []
    if (item.type === 'fairlead:native') {
      if (item.dialect !== dialectName) continue
      if (item.role === 'system') system.push(item.block)
      else add('user', [item.block])
    } else if (item.type === 'message') {
      const blocks = encodeParts(item.content, names)
      if (item.role === 'user') add('user', blocks)
      else for (const block of blocks) if (isSystemBlock(block)) system.push(block)
    }
  }
  addAssistantRun(run)
  outputs.rejectUnmatched()
  return { system, messages: withLegalEnds(messages.map(withTextBesideDocuments)) }
}

function isSystemBlock(block: JsonObject): boolean {
  return block['text'] !== undefined || block['cachePoint'] !== undefined
}

function isAssistantItem(item: Item): boolean {
  return (
    item.type === 'reasoning' ||
    item.type === 'function_call' ||
    ((item.type === 'message' || item.type === 'fairlead:native') && item.role === 'assistant')
  )
}

function encodeAssistantItem(
  item: Item,
  names: DocumentNames,
  options: MessageOptions,
): JsonObject[] {
  if (item.type === 'message') return encodeParts(item.content, names)
  if (item.type === 'fairlead:native') return item.dialect === dialectName ? [item.block] : []
  return item.type === 'reasoning' ? encodeReasoning(item, options) : []
}

function encodeReasoning(item: ReasoningItem, { unsealed }: MessageOptions): JsonObject[] {
  const { content = [], encrypted_content: encrypted, signature } = item
  const text = content.map((part) => part.text).join('')
  if (!isOwnSeal(item)) {
    return unsealed && text !== '' ? [{ reasoningContent: { reasoningText: { text } } }] : []
  }
  if (signature === undefined) return [{ reasoningContent: { redactedContent: encrypted } }]
  return [{ reasoningContent: { reasoningText: { text, signature } } }]
}

export function encodeToolUse(id: string, call: FunctionCallItem): JsonObject[] {
  const { cache_control: mark, extras, name } = call
  const own = extras?.dialect === dialectName ? extras.fields : {}
  const toolUse = { ...own, toolUseId: id, name, input: callInput(call.arguments) }
  return mark === undefined ? [{ toolUse }] : [{ toolUse }, cachePoint(mark)]
}

function encodeResult(
  id: string,
  item: FunctionCallOutputItem,
  names: DocumentNames,
): JsonObject[] {
  const { cache_control: mark, extras, is_error: isError, output } = item
  const text = typeof output === 'string' ? textBlock(output) : undefined
  const content = typeof output === 'string' ? (text ? [text] : []) : encodeParts(output, names)
  const toolResult = {
    ...(extras?.dialect === dialectName ? extras.fields : {}),
    toolUseId: id,
    // A mark within a result has no place there.
    content: content.filter((block) => block['cachePoint'] === undefined),
    ...(isError === true ? { status: 'error' } : {}),
  }
  return mark === undefined ? [{ toolResult }] : [{ toolResult }, cachePoint(mark)]
}

type Message = EncodedMessages['messages'][number]

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html */
function withTextBesideDocuments(message: Message): Message {
  const { content, role } = message
  const isLone =
    role === 'user' &&
    content.some((block) => block['document'] !== undefined) &&
    !content.some((block) => block['text'] !== undefined)
  return isLone ? { role, content: [...content, { text: 'See the attached document.' }] } : message
}

function withLegalEnds(messages: readonly Message[]): Message[] {
  const result = [...messages]
  const last = result.at(-1)
  if (last?.role === 'assistant') {
    const content = [...last.content]
    while (content.at(-1)?.['reasoningContent'] !== undefined) content.pop()
    const block = content.at(-1)
    if (typeof block?.['text'] === 'string') {
      content[content.length - 1] = { ...block, text: block['text'].trimEnd() }
    }
    result.pop()
    if (content.length > 0) result.push({ role: 'assistant', content })
  }
  return result[0]?.role === 'user'
    ? result
    : [{ role: 'user', content: [{ text: 'Continue.' }] }, ...result]
}
