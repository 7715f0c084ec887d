import type { FunctionCallItem, FunctionCallOutputItem, Item } from '../../operations/chat/item.ts'
import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { encodeParts, textBlocks } from './encode-content.ts'
import { isSealed } from './thinking.ts'

interface EncodedMessages {
  /** Text blocks for the top-level `system`. */
  readonly system: JsonObject[]
  readonly messages: { readonly role: 'user' | 'assistant'; readonly content: JsonObject[] }[]
}

/**
 * Writes items as messages that follow the API's rules: system and developer messages go to the
 * top-level `system`; adjacent messages of one role are merged; every call is answered in the very
 * next message, all parallel results together and before anything else; the first message is the
 * user's; the last one, if it is the assistant's, does not end in white space or thinking.
 */
export function encodeMessages(items: readonly Item[]): EncodedMessages {
  const outputs = collectOutputs(items)
  const ids = createToolIds()
  const system: JsonObject[] = []
  const messages: EncodedMessages['messages'] = []
  let answered = 0

  function add(role: 'user' | 'assistant', blocks: readonly JsonObject[]): void {
    if (blocks.length === 0) return
    const last = messages.at(-1)
    if (last?.role !== role) messages.push({ role, content: [...blocks] })
    else for (const block of blocks) last.content.push(block)
  }

  function addAssistantRun(run: readonly Item[]): void {
    const calls = run.filter((item) => item.type === 'function_call')
    const results: JsonObject[] = []
    const uses = calls.map((call) => {
      const output = outputs.get(call.call_id)?.next().value
      if (output === undefined) throw unansweredCall(call)
      answered += 1
      const id = ids.next(call.call_id)
      results.push(encodeResult(id, output))
      return { type: 'tool_use', id, name: call.name, input: encodeInput(call.arguments) }
    })
    add('assistant', [...run.flatMap(encodeAssistantItem), ...uses])
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
    if (item.type !== 'message') continue
    if (item.role === 'user') add('user', encodeParts(item.content))
    else
      for (const block of encodeParts(item.content))
        if (block['type'] === 'text') system.push(block)
  }
  addAssistantRun(run)
  rejectUnmatchedOutputs(items, answered)
  return { system, messages: withLegalEnds(messages) }
}

function isAssistantItem(item: Item): boolean {
  return (
    item.type === 'reasoning' ||
    item.type === 'function_call' ||
    (item.type === 'message' && item.role === 'assistant')
  )
}

function encodeAssistantItem(item: Item): JsonObject[] {
  if (item.type === 'message') return encodeParts(item.content)
  if (item.type !== 'reasoning' || !isSealed(item)) return []
  if (item.signature === undefined) {
    return [{ type: 'redacted_thinking', data: item.encrypted_content }]
  }
  const thinking = (item.content ?? []).map((part) => part.text).join('')
  return [{ type: 'thinking', thinking, signature: item.signature }]
}

/** Outputs by call id, in order: some providers reuse ids within a history. */
function collectOutputs(
  items: readonly Item[],
): Map<string, ArrayIterator<FunctionCallOutputItem>> {
  const outputs = new Map<string, FunctionCallOutputItem[]>()
  for (const item of items) {
    if (item.type !== 'function_call_output') continue
    const known = outputs.get(item.call_id)
    if (known === undefined) outputs.set(item.call_id, [item])
    else known.push(item)
  }
  return new Map([...outputs].map(([callId, known]) => [callId, known.values()]))
}

/**
 * Ids must be unique and consist of letters, digits, `_` and `-`; those of other providers may not.
 */
function createToolIds() {
  const used = new Set<string>()
  /** How often each id was asked for, so that the next copy is not looked for from the first on. */
  const copies = new Map<string, number>()
  return {
    next(callId: string): string {
      const base = callId.replaceAll(/[^\w-]/g, '_')
      let id = base
      let copy = copies.get(base) ?? 1
      while (used.has(id)) id = `${base}_${++copy}`
      copies.set(base, copy)
      used.add(id)
      return id
    },
  }
}

function encodeResult(id: string, output: FunctionCallOutputItem): JsonObject {
  const content =
    typeof output.output === 'string' ? textBlocks(output.output) : encodeParts(output.output)
  const [first] = content
  const text = content.length === 1 && first?.['type'] === 'text' ? first['text'] : content
  return {
    type: 'tool_result',
    tool_use_id: id,
    ...(content.length === 0 ? {} : { content: text }),
    ...(output.is_error === true ? { is_error: true } : {}),
  }
}

/**
 * The input must be an object; anything else that a model wrote is kept under a name that says so.
 */
function encodeInput(text: string): JsonObject {
  if (text.trim() === '') return {}
  const input = parseJsonOrUndefined(text)
  return isJsonObject(input) ? input : { invalid_arguments: text }
}

function unansweredCall(call: FunctionCallItem): ModelError {
  return new ModelError(
    'invalid-request',
    `The tool call '${call.call_id}' of '${call.name}' has no output. Send a tool message with this tool_call_id right after the assistant message.`,
    { param: 'messages', code: 'tool_output_missing' },
  )
}

function rejectUnmatchedOutputs(items: readonly Item[], answered: number): void {
  const outputs = items.filter((item) => item.type === 'function_call_output')
  if (outputs.length === answered) return
  const calledIds = new Set(
    items.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : [])),
  )
  const unmatched = outputs.find((output) => !calledIds.has(output.call_id)) ?? outputs.at(-1)
  throw new ModelError(
    'invalid-request',
    `The tool output '${unmatched?.call_id ?? ''}' does not match any call. Send one tool message per call, after the assistant message whose tool_calls contain that id.`,
    { param: 'messages', code: 'tool_call_missing' },
  )
}

function isThinking(block: JsonObject | undefined): boolean {
  return block?.['type'] === 'thinking' || block?.['type'] === 'redacted_thinking'
}

function withLegalEnds(messages: EncodedMessages['messages']): EncodedMessages['messages'] {
  const last = messages.at(-1)
  if (last?.role === 'assistant') {
    // A prefill must not end in thinking either.
    while (isThinking(last.content.at(-1))) last.content.pop()
    if (last.content.length === 0) messages.pop()
    const block = last.content.at(-1)
    if (block?.['type'] === 'text' && typeof block['text'] === 'string') {
      last.content[last.content.length - 1] = { ...block, text: block['text'].trimEnd() }
    }
  }
  return messages[0]?.role === 'user'
    ? messages
    : [{ role: 'user', content: [{ type: 'text', text: 'Continue.' }] }, ...messages]
}
