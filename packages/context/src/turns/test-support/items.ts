import type { FunctionCallItem, FunctionCallOutputItem, Item, MessageItem } from '@fairlead/llm'

export const system = (text: string): MessageItem => ({
  type: 'message',
  role: 'system',
  content: [{ type: 'input_text', text }],
})

export const user = (text: string): MessageItem => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
})

export const assistant = (text: string): MessageItem => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
})

export const call = (callId: string, args = '{"q":1}'): FunctionCallItem => ({
  type: 'function_call',
  call_id: callId,
  name: 'look_up',
  arguments: args,
})

export const output = (callId: string, text = `result of ${callId}`): FunctionCallOutputItem => ({
  type: 'function_call_output',
  call_id: callId,
  output: text,
})

/** A short form of an item, for comparing prompts at a glance. */
export function brief(item: Item): string {
  switch (item.type) {
    case 'message': {
      const text = item.content.map((part) => ('text' in part ? part.text : part.type)).join('')
      return `${item.role}: ${text}`
    }
    case 'reasoning':
      return 'reasoning'
    case 'function_call':
      return `call ${item.call_id}`
    case 'function_call_output':
      return `${item.is_error === true ? 'error' : 'output'} ${item.call_id}`
    case 'fairlead:native':
      return `native ${item.dialect}`
    default:
      return item satisfies never
  }
}
