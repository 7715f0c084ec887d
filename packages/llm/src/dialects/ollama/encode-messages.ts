import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ContentPart, FunctionCallItem, Item } from '../../operations/chat/item.ts'
import { callInput } from '../../operations/chat/call-input.ts'
import { imageBase64 } from './media.ts'

/** Writes items as messages. An assistant's thinking, text and calls of one turn become one. */
export function encodeMessages(items: readonly Item[]): JsonObject[] {
  const messages: Record<string, unknown>[] = []
  const names = new Map<string, string>()
  let assistant: Record<string, unknown> | undefined

  function openAssistant(): Record<string, unknown> {
    if (assistant === undefined) {
      assistant = { role: 'assistant', content: '' }
      messages.push(assistant)
    }
    return assistant
  }

  for (const item of items) {
    switch (item.type) {
      case 'reasoning': {
        const text = [...item.summary, ...(item.content ?? [])].map((part) => part.text).join('')
        if (text === '') break
        if (assistant?.['content'] !== '' || 'tool_calls' in assistant) assistant = undefined
        openAssistant()['thinking'] = text
        break
      }
      case 'message': {
        if (item.role !== 'assistant') {
          assistant = undefined
          const role = item.role === 'developer' ? 'system' : item.role
          messages.push({ role, ...encodeContent(item.content) })
          break
        }
        if (assistant !== undefined && (assistant['content'] !== '' || 'tool_calls' in assistant)) {
          assistant = undefined
        }
        Object.assign(openAssistant(), encodeContent(item.content))
        break
      }
      case 'function_call': {
        names.set(item.call_id, item.name)
        const message = openAssistant()
        const call = encodeCall(item)
        if (Array.isArray(message['tool_calls'])) message['tool_calls'].push(call)
        else message['tool_calls'] = [call]
        break
      }
      case 'function_call_output': {
        assistant = undefined
        const name = names.get(item.call_id)
        messages.push({
          role: 'tool',
          ...(typeof item.output === 'string'
            ? { content: item.output }
            : encodeContent(item.output)),
          ...(name === undefined ? {} : { tool_name: name }),
          tool_call_id: item.call_id,
        })
        break
      }
      case 'fairlead:native':
        break
    }
  }
  return messages
}

/** Text and images; the text of several parts is one. */
export function encodeContent(parts: readonly ContentPart[]): JsonObject {
  const texts: string[] = []
  const images: string[] = []
  for (const part of parts) {
    switch (part.type) {
      case 'input_text':
      case 'output_text':
        texts.push(part.text)
        break
      case 'refusal':
        texts.push(part.refusal)
        break
      case 'input_image':
        images.push(imageBase64(part.image_url))
        break
      case 'input_audio':
      case 'input_file':
      case 'output_file':
        throw new ModelError(
          'invalid-request',
          'This model takes text and images only. Send the text of the file, or choose another model.',
          { param: 'messages' },
        )
    }
  }
  return { content: texts.join('\n'), ...(images.length === 0 ? {} : { images }) }
}

function encodeCall(call: FunctionCallItem): JsonObject {
  return {
    id: call.call_id,
    function: { name: call.name, arguments: callInput(call.arguments) },
  }
}
