import type { ContentPart, FunctionCallItem, Item, MessageItem, ReasoningItem } from './item.ts'
import type { ModelResponse } from './model-response.ts'
import type { MessageStart, StreamEvent } from './stream-event.ts'

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
  let previous: Item | undefined
  for (const item of response.output) {
    const follows = previous?.type === 'message'
    for (const event of itemEvents(item, toolCalls, follows)) events.push(event)
    previous = item
    if (item.type === 'function_call') toolCalls += 1
  }
  if (response.usage !== undefined) events.push({ type: 'usage', usage: response.usage })
  const { endsOddly, extras, finishReason, serviceTier, stopSequence } = response
  events.push({
    type: 'finish',
    finishReason,
    ...(endsOddly === undefined ? {} : { endsOddly }),
    ...(stopSequence === undefined ? {} : { stopSequence }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(extras === undefined ? {} : { extras }),
  })
  return events
}

function itemEvents(item: Item, index: number, followsMessage: boolean): StreamEvent[] {
  switch (item.type) {
    case 'message':
      return messageEvents(item, followsMessage)
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

/** The first text says so where the message cannot be taken for more of the one before it. */
function messageEvents(item: MessageItem, followsMessage: boolean): StreamEvent[] {
  const { content, id, phase } = item
  const events = content.flatMap((part, position) =>
    partEvents(part, content[position - 1]?.type === 'output_text'),
  )
  const [first, ...rest] = events
  const isText = first?.type === 'text-delta' || first?.type === 'refusal-delta'
  const isNamed = id !== undefined || phase !== undefined
  if (!isText || !(isNamed || followsMessage)) return events
  const message: MessageStart = {
    ...(id === undefined ? {} : { id }),
    ...(phase === undefined ? {} : { phase }),
  }
  return [{ ...first, message }, ...rest]
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
  const { call_id: id, custom, extras, id: itemId, maker, name, signature } = item
  return [
    {
      type: 'tool-call-start',
      index,
      id,
      name,
      ...(custom === undefined ? {} : { custom }),
      ...(signature === undefined ? {} : { signature }),
      ...(maker === undefined ? {} : { maker }),
      ...(itemId === undefined ? {} : { itemId }),
      ...(extras === undefined ? {} : { extras }),
    },
    { type: 'tool-call-delta', index, arguments: item.arguments },
  ]
}
