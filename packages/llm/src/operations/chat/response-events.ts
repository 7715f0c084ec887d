import type { Item } from './item.ts'
import type { ModelResponse } from './model-response.ts'
import type { StreamEvent } from './stream-event.ts'

/** A whole answer as the equivalent stream of events. */
export function responseEvents(response: ModelResponse): StreamEvent[] {
  const events: StreamEvent[] = [
    {
      type: 'response-start',
      id: response.id,
      model: response.model,
      createdAt: response.createdAt,
    },
  ]
  let toolCalls = 0
  for (const item of response.output) {
    for (const event of itemEvents(item, toolCalls)) events.push(event)
    if (item.type === 'function_call') toolCalls += 1
  }
  if (response.usage !== undefined) events.push({ type: 'usage', usage: response.usage })
  events.push({ type: 'finish', finishReason: response.finishReason })
  return events
}

function itemEvents(item: Item, index: number): StreamEvent[] {
  switch (item.type) {
    case 'message':
      return item.content.flatMap((part): StreamEvent[] => {
        if (part.type === 'output_text') return [{ type: 'text-delta', text: part.text }]
        return part.type === 'refusal' ? [{ type: 'refusal-delta', text: part.refusal }] : []
      })
    case 'reasoning':
      return [
        ...(item.content ?? []).map((part): StreamEvent => ({
          type: 'reasoning-delta',
          text: part.text,
        })),
        {
          type: 'reasoning-end',
          ...(item.signature === undefined ? {} : { signature: item.signature }),
          ...(item.encrypted_content === undefined
            ? {}
            : { encryptedContent: item.encrypted_content }),
        },
      ]
    case 'function_call':
      return [
        { type: 'tool-call-start', index, id: item.call_id, name: item.name },
        { type: 'tool-call-delta', index, arguments: item.arguments },
      ]
    case 'function_call_output':
      return []
  }
}
