import type {
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  NativeItem,
  ReasoningItem,
} from '../../operations/chat/item.ts'
import { type JsonObject } from '@fairlead/base'
import { matchOutputs } from '../../operations/chat/match-outputs.ts'
import { callInput } from '../../operations/chat/call-input.ts'
import { dialectName } from './dialect-name.ts'
import { encodeParts, textBlocks } from './encode-content.ts'
import type { ModelFeatures } from './model-features.ts'
import { ownFields, withPartFields } from './part-fields.ts'
import { isSealed } from './thinking.ts'
import { createToolIds } from './tool-ids.ts'

type Role = 'user' | 'assistant' | 'system'

interface EncodedMessages {
  /** Text blocks for the top-level `system`. */
  readonly system: JsonObject[]
  readonly messages: { readonly role: Role; readonly content: JsonObject[] }[]
}

type PlacementRules = Pick<ModelFeatures, 'prefill' | 'systemMessages'>

const oldestRules: PlacementRules = { prefill: true, systemMessages: false }

/**
 * Writes items as messages that follow the API's rules: system and developer messages go to the
 * top-level `system`, later ones where they stand if the model takes them there; adjacent messages of
 * one role are merged; every call is answered in the very next message, all parallel results together
 * and before anything else; the first message is the user's; the last one, if it is the assistant's,
 * does not end in white space or thinking.
 */
export function encodeMessages(
  items: readonly Item[],
  rules: PlacementRules = oldestRules,
): EncodedMessages {
  const outputs = matchOutputs(items)
  const ids = createToolIds()
  const system: JsonObject[] = []
  const messages: EncodedMessages['messages'] = []
  /** A system message that waits for the end of the user's turn, which it has to follow. */
  let pending: { readonly blocks: JsonObject[]; readonly fields: JsonObject }[] = []

  function add(role: Role, blocks: readonly JsonObject[]): void {
    if (blocks.length === 0) return
    if (role === 'assistant') placePending()
    const last = messages.at(-1)
    if (last?.role !== role) messages.push({ role, content: [...blocks] })
    else for (const block of blocks) last.content.push(block)
  }

  function placePending(): void {
    const follows = messages.at(-1)?.role === 'user'
    for (const { blocks, fields } of pending) {
      if (blocks.length === 0 && Object.keys(fields).length === 0) continue
      if (follows) messages.push({ role: 'system', content: blocks, ...fields })
      else for (const block of blocks) if (block['type'] === 'text') system.push(block)
    }
    pending = []
  }

  function addSystem(blocks: JsonObject[], fields: JsonObject): void {
    const last = pending.at(-1)
    if (!rules.systemMessages || messages.length === 0) {
      for (const block of blocks) if (block['type'] === 'text') system.push(block)
    } else if (last !== undefined && Object.keys(fields).length === 0) {
      for (const block of blocks) last.blocks.push(block)
    } else {
      pending.push({ blocks, fields })
    }
  }

  function addAssistantRun(run: readonly Item[]): void {
    const results: JsonObject[] = []
    const blocks = inLegalOrder(run).flatMap((item) => {
      if (item.type !== 'function_call') return encodeAssistantItem(item)
      const id = ids.next(item.call_id)
      results.push(encodeResult(id, outputs.of(item)))
      return [encodeCall(id, item)]
    })
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
      if (item.role === 'system') addSystem(ownBlocks(item), {})
      else add('user', ownBlocks(item))
    } else if (item.type === 'message') {
      const blocks = encodeParts(item.content)
      if (item.role === 'user') add('user', blocks)
      else addSystem(blocks, ownFields(item.extras))
    }
  }
  addAssistantRun(run)
  placePending()
  outputs.rejectUnmatched()
  return { system, messages: withLegalEnds(messages, rules) }
}

function isAssistantItem(item: Item): boolean {
  return (
    item.type === 'reasoning' ||
    item.type === 'function_call' ||
    ((item.type === 'message' || item.type === 'fairlead:native') && item.role === 'assistant')
  )
}

/**
 * The provider's own blocks keep their order. Where there are none, the items are those of another
 * dialect, which tells texts beside calls without an order: calls come last.
 */
function inLegalOrder(run: readonly Item[]): readonly Item[] {
  const firstCall = run.findIndex((item) => item.type === 'function_call')
  if (firstCall === -1) return run
  const isOwn = run
    .slice(firstCall)
    .some((item) => item.type === 'reasoning' || item.type === 'fairlead:native')
  return isOwn
    ? run
    : [
        ...run.filter((item) => item.type !== 'function_call'),
        ...run.filter((item) => item.type === 'function_call'),
      ]
}

function encodeAssistantItem(item: Item): JsonObject[] {
  switch (item.type) {
    case 'message':
      return encodeParts(item.content)
    case 'reasoning':
      return encodeThinking(item)
    case 'fairlead:native':
      return ownBlocks(item)
    default:
      return []
  }
}

function encodeThinking(item: ReasoningItem): JsonObject[] {
  if (!isSealed(item)) return []
  if (item.signature === undefined) {
    return [{ type: 'redacted_thinking', data: item.encrypted_content }]
  }
  const thinking = (item.content ?? []).map((part) => part.text).join('')
  return [{ type: 'thinking', thinking, signature: item.signature }]
}

function ownBlocks({ block, dialect }: NativeItem): JsonObject[] {
  return dialect === dialectName ? [block] : []
}

function encodeCall(id: string, call: FunctionCallItem): JsonObject {
  const input = call.custom === true ? { input: call.arguments } : callInput(call.arguments)
  return withPartFields({ type: 'tool_use', id, name: call.name, input }, call)
}

function encodeResult(id: string, output: FunctionCallOutputItem): JsonObject {
  const content =
    typeof output.output === 'string' ? textBlocks(output.output) : encodeParts(output.output)
  const [first] = content
  const isPlain = content.length === 1 && first !== undefined && isPlainText(first)
  return withPartFields(
    {
      type: 'tool_result',
      tool_use_id: id,
      ...(content.length === 0 ? {} : { content: isPlain ? first['text'] : content }),
      ...(output.is_error === true ? { is_error: true } : {}),
    },
    output,
  )
}

function isPlainText(block: JsonObject): boolean {
  return block['type'] === 'text' && Object.keys(block).length === 2
}

function isThinking(block: JsonObject | undefined): boolean {
  return block?.['type'] === 'thinking' || block?.['type'] === 'redacted_thinking'
}

const continued = { role: 'user', content: [{ type: 'text', text: 'Continue.' }] } as const

function withLegalEnds(
  messages: EncodedMessages['messages'],
  { prefill }: PlacementRules,
): EncodedMessages['messages'] {
  const legal = [...messages]
  const last = legal.at(-1)
  if (last?.role === 'assistant') {
    // A prefill must not end in thinking either.
    while (isThinking(last.content.at(-1))) last.content.pop()
    if (last.content.length === 0) legal.pop()
    const block = last.content.at(-1)
    if (block?.['type'] === 'text' && typeof block['text'] === 'string') {
      last.content[last.content.length - 1] = { ...block, text: block['text'].trimEnd() }
      // What ends in a block of the provider's own is a turn that it paused, and goes on.
      if (!prefill) legal.push({ role: 'user', content: [...continued.content] })
    }
  }
  return legal[0]?.role === 'user'
    ? legal
    : [{ ...continued, content: [...continued.content] }, ...legal]
}
