import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type {
  ContentPart,
  FunctionCallOutputItem,
  Item,
  MessageItem,
} from '../../operations/chat/item.ts'
import { AssistantWriter } from './assistant-writer.ts'
import { dialectName } from './dialect-name.ts'

/**
 * Writes items as messages. An assistant's thinking, plan, text and calls of one turn become one
 * message, because the outputs of its calls must follow it. `thinks` says whether the model reads
 * thinking.
 */
export function encodeMessages(items: readonly Item[], thinks: boolean): JsonObject[] {
  const messages: JsonObject[] = []
  let assistant: AssistantWriter | undefined

  function closeAssistant(): void {
    const message = assistant?.message()
    if (message !== undefined) messages.push(message)
    assistant = undefined
  }

  for (const item of items) {
    switch (item.type) {
      case 'message':
        if (item.role !== 'assistant') {
          closeAssistant()
          messages.push(encodeMessage(item))
          break
        }
        // Two answers in a row stay two, unless calls stand before the second.
        if (assistant?.hasOnlyText === true) closeAssistant()
        assistant ??= new AssistantWriter(thinks)
        assistant.add(item)
        break
      case 'reasoning':
        if (assistant?.hasOnlyText === true) closeAssistant()
        assistant ??= new AssistantWriter(thinks)
        assistant.add(item)
        break
      case 'function_call':
        assistant ??= new AssistantWriter(thinks)
        assistant.add(item)
        break
      case 'fairlead:native':
        if (item.dialect !== dialectName) break
        assistant ??= new AssistantWriter(thinks)
        assistant.add(item)
        break
      case 'function_call_output':
        closeAssistant()
        messages.push(encodeOutput(item))
        break
    }
  }
  closeAssistant()
  return messages
}

function encodeMessage({ content, role }: MessageItem): JsonObject {
  const parts = content.map(encodePart)
  const [only] = parts
  return {
    role: role === 'developer' ? 'system' : role,
    content: parts.length === 1 && only?.['type'] === 'text' ? only['text'] : parts,
  }
}

function encodePart(part: ContentPart): JsonObject {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'text', text: part.refusal }
    case 'input_image': {
      const detail = part.detail === undefined ? {} : { detail: part.detail }
      return { type: 'image_url', image_url: { url: part.image_url, ...detail } }
    }
    case 'input_audio':
    case 'input_file':
    case 'output_file':
      throw unsupported('This model takes text and images only. Send the text of the file instead.')
  }
}

/** The text of a tool, or its texts and documents. */
function encodeOutput({ call_id: id, output }: FunctionCallOutputItem): JsonObject {
  return {
    role: 'tool',
    tool_call_id: id,
    content: typeof output === 'string' ? output : output.map(encodeOutputPart),
  }
}

function encodeOutputPart(part: ContentPart): JsonObject {
  if (part.extras?.dialect === dialectName) return part.extras.fields
  if (part.type === 'input_text' || part.type === 'output_text') {
    return { type: 'text', text: part.text }
  }
  throw unsupported(
    'The outputs of tools can only be text here. Send images and files in a message of the user.',
  )
}

function unsupported(problem: string): ModelError {
  return new ModelError('invalid-request', `${problem} Or choose another model.`, {
    code: 'unsupported_parameter',
    param: 'messages',
  })
}
