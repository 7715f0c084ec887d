import type { FunctionCallOutputItem, Item } from '@fairlead/llm'

export function isUserMessage(item: Item): boolean {
  return item.type === 'message' && item.role === 'user'
}

export function isCallOutput(item: Item): item is FunctionCallOutputItem {
  return item.type === 'function_call_output'
}

/** Whether the item comes from the model rather than from the application. */
export function isModelItem(item: Item): boolean {
  return (
    item.type === 'reasoning' ||
    item.type === 'function_call' ||
    ((item.type === 'message' || item.type === 'fairlead:native') && item.role === 'assistant')
  )
}

/** Whether the item is a system or developer message. */
export function isInstruction(item: Item): boolean {
  return item.type === 'message' && (item.role === 'system' || item.role === 'developer')
}
