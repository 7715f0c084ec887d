import type {
  ContentPart,
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
} from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'

interface EncodeMessagesOptions {
  /** Tools whose calls carry free text instead of JSON arguments. */
  readonly customTools: ReadonlySet<string>
  readonly echoReasoning: boolean
}

/**
 * Writes items as chat messages. An assistant's reasoning, text and calls of one turn become one
 * message. A tool message can hold only text, so images and files returned by a tool follow in a
 * user message after the last output of that turn.
 */
export function encodeMessages(
  items: readonly Item[],
  options: EncodeMessagesOptions,
): JsonObject[] {
  const messages: JsonObject[] = []
  let assistant: Record<string, unknown> | undefined
  let attachments: ContentPart[] = []

  function openAssistant(): Record<string, unknown> {
    if (assistant === undefined) {
      assistant = { role: 'assistant' }
      messages.push(assistant)
    }
    return assistant
  }

  for (const item of items) {
    if (item.type !== 'function_call_output' && attachments.length > 0) {
      messages.push({ role: 'user', content: encodeContent(attachments) })
      attachments = []
    }
    switch (item.type) {
      case 'reasoning': {
        if (assistant !== undefined && Object.keys(assistant).length > 1) assistant = undefined
        const text = (item.content ?? []).map((part) => part.text).join('')
        if (options.echoReasoning && text !== '') openAssistant()['reasoning_content'] = text
        break
      }
      case 'message': {
        if (item.role !== 'assistant') {
          assistant = undefined
          messages.push({
            role: item.role,
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
        const call = encodeCall(item, options.customTools)
        if (Array.isArray(message['tool_calls'])) message['tool_calls'].push(call)
        else message['tool_calls'] = [call]
        break
      }
      case 'fairlead:native':
        // Its own dialect is the only one that reads it.
        break
      case 'function_call_output':
        assistant = undefined
        messages.push(encodeOutput(item))
        if (typeof item.output !== 'string') {
          for (const part of item.output) if (textOf(part) === undefined) attachments.push(part)
        }
        break
    }
  }
  if (attachments.length > 0) {
    messages.push({ role: 'user', content: encodeContent(attachments) })
  }
  return messages
}

function encodeCall(call: FunctionCallItem, customTools: ReadonlySet<string>): JsonObject {
  return customTools.has(call.name)
    ? { id: call.call_id, type: 'custom', custom: { name: call.name, input: call.arguments } }
    : {
        id: call.call_id,
        type: 'function',
        function: { name: call.name, arguments: call.arguments === '' ? '{}' : call.arguments },
      }
}

function encodeOutput(item: FunctionCallOutputItem): JsonObject {
  const content =
    typeof item.output === 'string'
      ? item.output
      : item.output
          .map(textOf)
          .filter((text) => text !== undefined)
          .join('\n')
  return { role: 'tool', tool_call_id: item.call_id, content }
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
