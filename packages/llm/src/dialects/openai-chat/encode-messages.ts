import type {
  ContentPart,
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  MessageItem,
  OutputFilePart,
  ReasoningItem,
} from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'
import { isSound } from './answer-files.ts'
import { callSealForServer } from './call-seal.ts'
import { encodeContent, encodeTexts, textOf } from './encode-content.ts'
import { addReasoning, echoFrom } from './reasoning-echo.ts'
import { strictMessages } from './strict-messages.ts'
import { toolCallIds } from './tool-call-ids.ts'

interface EncodeMessagesOptions {
  /** Tools whose calls carry free text instead of JSON arguments. */
  readonly customTools: ReadonlySet<string>
  readonly quirks?: ServerQuirks | undefined
}

/**
 * Writes items as chat messages. An assistant's reasoning, text and calls of one turn become one
 * message. A tool message can hold only text, so images and files returned by a tool follow in a
 * user message after the last output of that turn.
 */
export function encodeMessages(
  items: readonly Item[],
  { customTools, quirks = {} }: EncodeMessagesOptions,
): JsonObject[] {
  const messages: JsonObject[] = []
  const callId = toolCallIds(items, quirks.toolCallIds)
  const echoed = echoFrom(items, quirks.reasoning?.echo)
  const thoughts = new Map<Record<string, unknown>, readonly ReasoningItem[]>()
  let thought: ReasoningItem[] = []
  let assistant: Record<string, unknown> | undefined
  let attachments: ContentPart[] = []

  function openAssistant(): Record<string, unknown> {
    if (assistant === undefined) {
      assistant = { role: 'assistant' }
      messages.push(assistant)
      if (thought.length > 0) thoughts.set(assistant, thought)
      thought = []
    }
    return assistant
  }

  // Reasoning that nothing follows belongs to no message.
  function closeAssistant(): void {
    assistant = undefined
    thought = []
  }

  for (const [index, item] of items.entries()) {
    if (item.type !== 'function_call_output' && attachments.length > 0) {
      messages.push({ role: 'user', content: encodeContent(attachments, quirks) })
      attachments = []
    }
    switch (item.type) {
      case 'reasoning': {
        assistant = undefined
        if (index >= echoed) thought.push(item)
        break
      }
      case 'message': {
        if (item.role !== 'assistant') {
          closeAssistant()
          messages.push({
            role: roleOf(item, quirks),
            content: encodeContent(item.content, quirks),
            ...nameOf(item),
          })
          break
        }
        if (assistant !== undefined && ('content' in assistant || 'tool_calls' in assistant)) {
          assistant = undefined
        }
        Object.assign(openAssistant(), encodeAssistantContent(item.content, quirks), nameOf(item))
        break
      }
      case 'function_call': {
        const message = openAssistant()
        const call = encodeCall(item, callId(item.call_id), customTools, quirks)
        if (Array.isArray(message['tool_calls'])) message['tool_calls'].push(call)
        else message['tool_calls'] = [call]
        break
      }
      case 'fairlead:native':
        // Its own dialect is the only one that reads it.
        break
      case 'function_call_output':
        closeAssistant()
        messages.push(encodeOutput(item, callId(item.call_id), quirks))
        if (typeof item.output !== 'string') {
          for (const part of item.output) if (textOf(part) === undefined) attachments.push(part)
        }
        break
    }
  }
  if (attachments.length > 0) {
    messages.push({ role: 'user', content: encodeContent(attachments, quirks) })
  }
  if (quirks.reasoning !== undefined) {
    for (const [message, text] of thoughts) addReasoning(message, text, quirks.reasoning)
  }
  return quirks.strictMessages === true ? strictMessages(messages) : messages
}

function roleOf({ role }: MessageItem, { refusesDeveloperRole }: ServerQuirks): string {
  return role === 'developer' && refusesDeveloperRole ? 'system' : role
}

/** https://platform.openai.com/docs/api-reference/chat/create: no white space and none of `<|\\/>`. */
const illegalInNames = /[\s<|\\/>]/g
const nameLengthMax = 64

function nameOf({ name }: MessageItem): { readonly name?: string } {
  return name === undefined
    ? {}
    : { name: name.replaceAll(illegalInNames, '_').slice(0, nameLengthMax) }
}

function encodeCall(
  call: FunctionCallItem,
  id: string,
  customTools: ReadonlySet<string>,
  { takesCacheControl, takesThoughtSignatures }: ServerQuirks,
): JsonObject {
  const { arguments: text, cache_control: mark, custom, name } = call
  const marks = {
    ...(takesThoughtSignatures === true ? callSealForServer(call) : {}),
    ...(mark === undefined || takesCacheControl !== true ? {} : { cache_control: mark }),
  }
  return custom === true || customTools.has(name)
    ? { id, type: 'custom', custom: { name, input: text }, ...marks }
    : { id, type: 'function', function: { name, arguments: text === '' ? '{}' : text }, ...marks }
}

function encodeOutput(item: FunctionCallOutputItem, id: string, quirks: ServerQuirks): JsonObject {
  const { cache_control: mark, output } = item
  return {
    role: 'tool',
    tool_call_id: id,
    content: typeof output === 'string' ? output : encodeTexts(output, quirks, '\n'),
    ...(mark === undefined || quirks.takesCacheControl !== true ? {} : { cache_control: mark }),
  }
}

function encodeAssistantContent(parts: readonly ContentPart[], quirks: ServerQuirks): JsonObject {
  const refusals = parts.filter((part) => part.type === 'refusal')
  const speech = parts.findLast((part) => part.type === 'output_file' && isSound(part))
  const content = encodeTexts(parts, quirks)
  const spoken = speech?.type === 'output_file' ? encodeSpeech(speech, content) : {}
  return {
    ...(content.length === 0 && refusals.length > 0 ? {} : { content }),
    ...spoken,
    ...(refusals.length === 0 ? {} : { refusal: refusals.map((part) => part.refusal).join('') }),
  }
}

/** OpenAI keeps what it has said under an id; to any other server it is what was said, in writing. */
function encodeSpeech(
  { id, transcript }: OutputFilePart,
  content: string | JsonObject[],
): JsonObject {
  if (id?.startsWith('audio_') === true) return { audio: { id } }
  return content.length > 0 || transcript === undefined ? {} : { content: transcript }
}
