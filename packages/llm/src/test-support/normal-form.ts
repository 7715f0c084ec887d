import type { ContentPart, Item } from '../operations/chat/item.ts'
import type { ModelRequest } from '../operations/chat/model-request.ts'
import type { ModelResponse } from '../operations/chat/model-response.ts'
import type { RoundTripRules } from './round-trip-rules.ts'

/**
 * The request in the form in which equal ones look equal: without what no wire has, in the order of
 * the dialect. `restatedFields` are those of its extras that say something twice.
 */
export function normalRequest(
  request: ModelRequest,
  { joinsMessages, systemFirst }: RoundTripRules,
  restatedFields: readonly string[] = [],
): ModelRequest {
  const items = request.items.map(withoutIds)
  const isSystem = (item: Item) =>
    item.type === 'message' && (item.role === 'system' || item.role === 'developer')
  const ordered = systemFirst
    ? [...items.filter(isSystem), ...items.filter((item) => !isSystem(item))]
    : items
  return {
    ...request,
    items: joinsMessages ? joinedMessages(ordered) : ordered,
    // It is about streams only.
    includeUsage: request.stream && request.includeUsage,
    extras: Object.fromEntries(
      Object.entries(request.extras).filter(([name]) => !restatedFields.includes(name)),
    ),
  }
}

/**
 * The same for an answer. Statuses follow from how it ended. Of its extras only the odd ones count:
 * some dialects have fields that are always there.
 */
export function normalAnswer(
  { extras, output, ...answer }: ModelResponse,
  { joinsTexts }: RoundTripRules,
): ModelResponse {
  const odd = Object.entries(extras?.fields ?? {}).filter(([name]) => name.startsWith('odd_'))
  const items = output.map(withoutIds)
  return {
    ...answer,
    output: joinsTexts ? items.map(withOneText) : items,
    ...(odd.length === 0 || extras === undefined
      ? {}
      : { extras: { ...extras, fields: Object.fromEntries(odd) } }),
  }
}

/** Ids of items are made up where a wire has none; a maker of nothing sealed says nothing. */
function withoutIds(item: Item): Item {
  const { id: _id, status: _status, ...rest } = item
  if (rest.type !== 'reasoning' || (rest.signature ?? rest.encrypted_content) !== undefined) {
    return rest
  }
  const { maker: _maker, ...unsealed } = rest
  return unsealed
}

/** Neighbours of one role as one message. */
function joinedMessages(items: readonly Item[]): Item[] {
  const result: Item[] = []
  for (const item of items) {
    const last = result.at(-1)
    if (item.type === 'message' && last?.type === 'message' && last.role === item.role) {
      const content: ContentPart[] = [...last.content, ...item.content]
      result[result.length - 1] = { ...last, content }
    } else result.push(item)
  }
  return result
}

/** All texts of a message as one, whose annotations count from its beginning. */
function withOneText(item: Item): Item {
  if (item.type !== 'message') return item
  const texts = item.content.filter((part) => part.type === 'output_text')
  if (texts.length < 2) return item
  let offset = 0
  const annotations = texts.flatMap((part) => {
    const before = offset
    offset += part.text.length
    return (part.annotations ?? []).map(
      ({ start_index: start, end_index: end, ...annotation }) => ({
        ...annotation,
        ...(start === undefined ? {} : { start_index: start + before }),
        ...(end === undefined ? {} : { end_index: end + before }),
      }),
    )
  })
  const logprobs = texts.flatMap((part) => part.logprobs ?? [])
  const one: ContentPart = {
    type: 'output_text',
    text: texts.map(({ text }) => text).join(''),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(logprobs.length === 0 ? {} : { logprobs }),
  }
  return { ...item, content: [one, ...item.content.filter((part) => part.type !== 'output_text')] }
}
