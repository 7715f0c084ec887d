import type {
  ContentPart,
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  MessageItem,
} from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'
import { addReasoning, echoedText, echoFrom } from './reasoning-echo.ts'
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
  const thoughts = new Map<Record<string, unknown>, string>()
  let thought = ''
  let assistant: Record<string, unknown> | undefined
  let attachments: ContentPart[] = []

  function openAssistant(): Record<string, unknown> {
    if (assistant === undefined) {
      assistant = { role: 'assistant' }
      messages.push(assistant)
      if (thought !== '') thoughts.set(assistant, thought)
      thought = ''
    }
    return assistant
  }

  // Reasoning that nothing follows belongs to no message.
  function closeAssistant(): void {
    assistant = undefined
    thought = ''
  }

  for (const [index, item] of items.entries()) {
    if (item.type !== 'function_call_output' && attachments.length > 0) {
      messages.push({ role: 'user', content: encodeContent(attachments) })
      attachments = []
    }
    switch (item.type) {
      case 'reasoning': {
        assistant = undefined
        thought += echoedText(item, index >= echoed)
        break
      }
      case 'message': {
        if (item.role !== 'assistant') {
          closeAssistant()
          messages.push({
            role: roleOf(item, quirks),
            content: encodeContent(item.content),
            ...(item.name === undefined ? {} : { name: item.name }),
          })
          break
        }
        if (assistant !== undefined && ('content' in assistant || 'tool_calls' in assistant)) {
          assistant = undefined
        }
        Object.assign(
          openAssistant(),
          encodeAssistantContent(item.content),
          item.name === undefined ? {} : { name: item.name },
        )
        break
      }
      case 'function_call': {
        const message = openAssistant()
        const call = encodeCall(item, callId(item.call_id), customTools)
        if (Array.isArray(message['tool_calls'])) message['tool_calls'].push(call)
        else message['tool_calls'] = [call]
        break
      }
      case 'fairlead:native':
        // Its own dialect is the only one that reads it.
        break
      case 'function_call_output':
        closeAssistant()
        messages.push(encodeOutput(item, callId(item.call_id)))
        if (typeof item.output !== 'string') {
          for (const part of item.output) if (textOf(part) === undefined) attachments.push(part)
        }
        break
    }
  }
  if (attachments.length > 0) {
    messages.push({ role: 'user', content: encodeContent(attachments) })
  }
  if (quirks.reasoning !== undefined) {
    for (const [message, text] of thoughts) addReasoning(message, text, quirks.reasoning)
  }
  return quirks.strictMessages === true ? strictMessages(messages) : messages
}

function roleOf({ role }: MessageItem, { refusesDeveloperRole }: ServerQuirks): string {
  return role === 'developer' && refusesDeveloperRole ? 'system' : role
}

function encodeCall(
  call: FunctionCallItem,
  id: string,
  customTools: ReadonlySet<string>,
): JsonObject {
  return customTools.has(call.name)
    ? { id, type: 'custom', custom: { name: call.name, input: call.arguments } }
    : {
        id,
        type: 'function',
        function: { name: call.name, arguments: call.arguments === '' ? '{}' : call.arguments },
      }
}

function encodeOutput(item: FunctionCallOutputItem, id: string): JsonObject {
  const content =
    typeof item.output === 'string'
      ? item.output
      : item.output
          .map(textOf)
          .filter((text) => text !== undefined)
          .join('\n')
  return { role: 'tool', tool_call_id: id, content }
}

function encodeAssistantContent(parts: readonly ContentPart[]): JsonObject {
  const refusals = parts.filter((part) => part.type === 'refusal')
  const texts = parts.map(textOf).filter((text) => text !== undefined)
  return {
    ...(texts.length === 0 && refusals.length > 0 ? {} : { content: texts.join('') }),
    ...(refusals.length === 0 ? {} : { refusal: refusals.map((part) => part.refusal).join('') }),
  }
}

/** Plain text stays a string: every compatible server accepts that, not all accept parts. */
function encodeContent(parts: readonly ContentPart[]): string | JsonObject[] {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) {
    const text = textOf(only)
    if (text !== undefined) return text
  }
  return parts.length === 0 ? '' : parts.map(encodePart)
}

function textOf(part: ContentPart): string | undefined {
  return part.type === 'input_text' || part.type === 'output_text' ? part.text : undefined
}

function encodePart(part: ContentPart): JsonObject {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'text', text: part.refusal }
    case 'input_image': {
      const { image_url: url, detail } = part
      return { type: 'image_url', image_url: detail === undefined ? { url } : { url, detail } }
    }
    case 'output_file':
      throw new ModelError(
        'invalid-request',
        'This model does not accept files that another model made; send them in a message of the user.',
        { param: 'messages' },
      )
    case 'input_audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } }
    case 'input_file': {
      const { type: _, ...file } = part
      if (file.file_url !== undefined && file.file_data === undefined) {
        throw new ModelError(
          'invalid-request',
          'This model does not accept files by URL; send the file itself as file_data.',
          { param: 'messages' },
        )
      }
      return { type: 'file', file }
    }
  }
}
