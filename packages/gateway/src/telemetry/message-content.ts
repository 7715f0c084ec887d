import type { ContentPart, Item, NativeItem } from '@fairlead/llm'

/** The longest JSON of the messages of one direction, in bytes. */
export const contentBytesMax = 16 * 1024

/** A message in the shape of OpenTelemetry's `gen_ai.input.messages` and `gen_ai.output.messages`. */
interface Message {
  readonly role: string
  readonly parts: readonly Part[]
  readonly finish_reason?: string
}

/** `content` is what may be shortened. */
interface Part {
  readonly type: string
  readonly content?: string
  readonly id?: string
  readonly name?: string
  readonly arguments?: string
  readonly response?: string
}

/**
 * The messages as JSON of at most `bytesMax`. Where they are longer, the newest are kept, and the
 * oldest of these is shortened. Only of an answer is there a reason why it ended.
 */
export function messagesJson(
  items: readonly Item[],
  finishReason?: string,
  bytesMax: number = contentBytesMax,
): string {
  const texts: string[] = []
  let leftBytes = bytesMax - '[]'.length
  for (const item of items.toReversed()) {
    // Callers send messages of a million parts.
    if (partsOf(item) * partBytesMin > leftBytes) break
    const text = shortened(messageOf(item, finishReason), leftBytes - 1)
    if (text === undefined) break
    texts.push(text)
    leftBytes -= Buffer.byteLength(text) + 1
  }
  return `[${texts.toReversed().join(',')}]`
}

/** No part needs less. */
const partBytesMin = '{"type":""}'.length

function partsOf(item: Item): number {
  if (item.type === 'message') return item.content.length
  return item.type === 'reasoning' ? (item.content ?? item.summary).length : 1
}

/** As long as fits; undefined if it does not. What is known to be too long is not written first. */
function shortened(message: Message, bytesMax: number): string | undefined {
  let charactersMax = Math.max(0, bytesMax)
  while (charactersMax > 0 && lengthOf(message, charactersMax) > bytesMax) {
    charactersMax = Math.floor(charactersMax / 2)
  }
  for (;;) {
    const text = JSON.stringify(message, (key, value: unknown) =>
      typeof value === 'string' && key !== 'type' && key !== 'role'
        ? value.slice(0, charactersMax).toWellFormed()
        : value,
    )
    if (Buffer.byteLength(text) <= bytesMax) return text
    if (charactersMax === 0) return undefined
    charactersMax = Math.floor(charactersMax / 2)
  }
}

/** How long its texts are together, each cut to a length. */
function lengthOf({ parts }: Message, charactersMax: number): number {
  let length = 0
  for (const { content = '', arguments: given = '', response = '' } of parts) {
    for (const text of [content, given, response]) length += Math.min(text.length, charactersMax)
  }
  return length
}

function messageOf(item: Item, finishReason: string | undefined): Message {
  const reason = finishReason === undefined ? {} : { finish_reason: finishReason }
  switch (item.type) {
    case 'message':
      return { role: item.role, parts: item.content.map(partOf), ...reason }
    case 'reasoning': {
      const texts = item.content ?? item.summary
      const parts = texts.map(({ text }) => ({ type: 'reasoning', content: text }))
      return { role: 'assistant', parts, ...reason }
    }
    case 'function_call': {
      const { call_id: id, name, arguments: given } = item
      const part = { type: 'tool_call', id, name, arguments: given }
      return { role: 'assistant', parts: [part], ...reason }
    }
    case 'function_call_output': {
      const { call_id: id, output } = item
      const response = typeof output === 'string' ? output : output.map(textOf).join('')
      return { role: 'tool', parts: [{ type: 'tool_call_response', id, response }] }
    }
    case 'fairlead:native':
      return { role: item.role, parts: [{ type: nativeType(item) }], ...reason }
  }
}

/** What only one dialect knows is named but not repeated. */
function nativeType({ block, type }: NativeItem): string {
  return typeof block['type'] === 'string' ? block['type'] : type
}

/** Images, files and sounds are named but not repeated. */
function partOf(part: ContentPart): Part {
  const content = textOf(part)
  return content === '' ? { type: part.type } : { type: 'text', content }
}

function textOf(part: ContentPart): string {
  if ('text' in part) return part.text
  return part.type === 'refusal' ? part.refusal : ''
}
