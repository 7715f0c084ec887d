import type { ContentPart, FunctionCallItem, Item, ReasoningItem } from './item.ts'
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
  const { extras, finishReason, serviceTier, stopSequence } = response
  events.push({
    type: 'finish',
    finishReason,
    ...(stopSequence === undefined ? {} : { stopSequence }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(extras === undefined ? {} : { extras }),
  })
  return events
}

function itemEvents(item: Item, index: number): StreamEvent[] {
  switch (item.type) {
    case 'message':
      return item.content.flatMap((part, position) =>
        partEvents(part, item.content[position - 1]?.type === 'output_text'),
      )
    case 'reasoning':
      return reasoningEvents(item)
    case 'function_call':
      return callEvents(item, index)
    case 'fairlead:native':
      return [{ type: 'native', item }]
    case 'function_call_output':
      return []
  }
}

function partEvents(part: ContentPart, followsText: boolean): StreamEvent[] {
  switch (part.type) {
    case 'output_text': {
      const { annotations = [], logprobs, text } = part
      return [
        {
          type: 'text-delta',
          text,
          ...(logprobs === undefined ? {} : { logprobs }),
          ...(followsText ? { startsPart: true } : {}),
        },
        ...annotations.map((annotation): StreamEvent => ({ type: 'annotation', annotation })),
      ]
    }
    case 'refusal':
      return [{ type: 'refusal-delta', text: part.refusal }]
    case 'output_file':
      return [{ type: 'file', file: part }]
    default:
      return []
  }
}

function reasoningEvents(item: ReasoningItem): StreamEvent[] {
  const { content = [], encrypted_content: encryptedContent, id, maker, signature, summary } = item
  return [
    ...summary.map(({ text }, summaryPart): StreamEvent => ({
      type: 'reasoning-delta',
      text,
      summaryPart,
    })),
    ...content.map(({ text }): StreamEvent => ({ type: 'reasoning-delta', text })),
    {
      type: 'reasoning-end',
      ...(id === undefined ? {} : { id }),
      ...(maker === undefined ? {} : { maker }),
      ...(signature === undefined ? {} : { signature }),
      ...(encryptedContent === undefined ? {} : { encryptedContent }),
    },
  ]
}

function callEvents(item: FunctionCallItem, index: number): StreamEvent[] {
  const { call_id: id, custom, extras, maker, name, signature } = item
  return [
    {
      type: 'tool-call-start',
      index,
      id,
      name,
      ...(custom === undefined ? {} : { custom }),
      ...(signature === undefined ? {} : { signature }),
      ...(maker === undefined ? {} : { maker }),
      ...(extras === undefined ? {} : { extras }),
    },
    { type: 'tool-call-delta', index, arguments: item.arguments },
  ]
}
