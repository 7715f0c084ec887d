import type { ContentPart, Item, ItemStatus } from './item.ts'
import { ModelError } from '../../errors/model-error.ts'
import type { FinishReason, ModelResponse, Usage } from './model-response.ts'
import type { StreamEvent } from './stream-event.ts'
import { TextPieces } from './text-pieces.ts'

/** What an item or a part of one counts beside its text: about what it takes in memory. */
const itemBytes = 100

export interface StreamAssembler {
  /**
   * Takes the next event. False if the answer would become longer than `bytesMax`: this event and
   * all later ones are left out.
   */
  push(event: StreamEvent): boolean
  /** UTF-8 bytes of all text so far, and about 100 for each item and part. */
  readonly byteLength: number
  /**
   * The whole answer. Throws the stream's own error, or a ModelError of kind `upstream` if the
   * stream did not finish.
   */
  response(): ModelResponse
  /** Everything received so far, finished or not; open items have the status `incomplete`. */
  partial(): Item[]
}

/**
 * Assembles stream events into the answer. Consecutive deltas of one kind are joined. `bytesMax`
 * bounds what is kept; without it nothing does, which is for answers that are bounded elsewhere.
 */
export function createStreamAssembler(
  options: { readonly bytesMax?: number } = {},
): StreamAssembler {
  const { bytesMax = Number.POSITIVE_INFINITY } = options
  const output = createOutput()
  let byteLength = 0
  let lastType: StreamEvent['type'] | undefined
  let start: Extract<StreamEvent, { type: 'response-start' }> | undefined
  let finishReason: FinishReason | undefined
  let usage: Usage | undefined
  let error: ModelError | undefined

  return {
    push(event) {
      byteLength += textBytes(event) + (event.type === lastType ? 0 : itemBytes)
      // Two of these in a row are two items.
      lastType = event.type === 'tool-call-start' ? undefined : event.type
      if (byteLength > bytesMax) return false
      switch (event.type) {
        case 'response-start':
          start = event
          break
        case 'usage':
          usage = event.usage
          break
        case 'finish':
          finishReason = event.finishReason
          break
        case 'error':
          error = event.error
          break
        case 'text-delta':
        case 'refusal-delta':
        case 'reasoning-delta':
        case 'reasoning-end':
        case 'tool-call-start':
        case 'tool-call-delta':
          output.push(event)
          break
      }
      return true
    },
    get byteLength() {
      return byteLength
    },
    response() {
      if (error !== undefined) throw error
      if (start === undefined || finishReason === undefined) {
        throw new ModelError(
          'upstream',
          'The provider ended its stream before the answer was complete.',
        )
      }
      return {
        id: start.id,
        model: start.model,
        createdAt: start.createdAt,
        output: output.items('completed'),
        finishReason,
        ...(usage === undefined ? {} : { usage }),
      }
    },
    partial: () => output.items(finishReason === undefined ? 'incomplete' : 'completed'),
  }
}

function textBytes(event: StreamEvent): number {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
    case 'reasoning-delta':
      return Buffer.byteLength(event.text)
    case 'reasoning-end':
      return Buffer.byteLength(`${event.signature ?? ''}${event.encryptedContent ?? ''}`)
    case 'tool-call-start':
      return Buffer.byteLength(`${event.id}${event.name}`)
    case 'tool-call-delta':
      return Buffer.byteLength(event.arguments)
    default:
      return 0
  }
}

type OutputEvent = Extract<
  StreamEvent,
  {
    type:
      | 'text-delta'
      | 'refusal-delta'
      | 'reasoning-delta'
      | 'reasoning-end'
      | 'tool-call-start'
      | 'tool-call-delta'
  }
>

interface OpenText {
  readonly kind: 'text' | 'refusal'
  readonly pieces: TextPieces
}
interface OpenMessage {
  readonly kind: 'message'
  readonly parts: OpenText[]
}
interface OpenReasoning {
  readonly kind: 'reasoning'
  readonly pieces: TextPieces
  closed: boolean
  signature?: string
  encryptedContent?: string
}
interface OpenCall {
  readonly kind: 'call'
  readonly id: string
  readonly name: string
  readonly pieces: TextPieces
}
type OpenItem = OpenMessage | OpenReasoning | OpenCall

function createOutput() {
  const open: OpenItem[] = []
  const calls = new Map<number, OpenCall>()

  function pushText(kind: OpenText['kind'], text: string): void {
    let message = open.at(-1)
    if (message?.kind !== 'message') {
      message = { kind: 'message', parts: [] }
      open.push(message)
    }
    const part = message.parts.at(-1)
    if (part?.kind === kind) part.pieces.push(text)
    else message.parts.push(openText(kind, text))
  }

  function openReasoning(): OpenReasoning {
    const last = open.at(-1)
    if (last?.kind === 'reasoning' && !last.closed) return last
    const reasoning: OpenReasoning = { kind: 'reasoning', pieces: new TextPieces(), closed: false }
    open.push(reasoning)
    return reasoning
  }

  function openText(kind: OpenText['kind'], text: string): OpenText {
    const pieces = new TextPieces()
    pieces.push(text)
    return { kind, pieces }
  }

  return {
    push(event: OutputEvent): void {
      switch (event.type) {
        case 'text-delta':
          pushText('text', event.text)
          break
        case 'refusal-delta':
          pushText('refusal', event.text)
          break
        case 'reasoning-delta':
          openReasoning().pieces.push(event.text)
          break
        case 'reasoning-end': {
          const reasoning = openReasoning()
          reasoning.closed = true
          if (event.signature !== undefined) reasoning.signature = event.signature
          if (event.encryptedContent !== undefined) {
            reasoning.encryptedContent = event.encryptedContent
          }
          break
        }
        case 'tool-call-start': {
          const call: OpenCall = {
            kind: 'call',
            id: event.id,
            name: event.name,
            pieces: new TextPieces(),
          }
          calls.set(event.index, call)
          open.push(call)
          break
        }
        case 'tool-call-delta':
          calls.get(event.index)?.pieces.push(event.arguments)
          break
      }
    },
    /** `lastStatus` is the status of the item still being written; all before it are complete. */
    items: (lastStatus: ItemStatus): Item[] =>
      open.map((item, index) =>
        closeItem(item, index === open.length - 1 ? lastStatus : 'completed'),
      ),
  }
}

function closeItem(item: OpenItem, status: ItemStatus): Item {
  switch (item.kind) {
    case 'message':
      return { type: 'message', role: 'assistant', status, content: item.parts.map(closePart) }
    case 'reasoning': {
      const text = item.pieces.toString()
      return {
        type: 'reasoning',
        status: item.closed ? 'completed' : status,
        summary: [],
        ...(text === '' ? {} : { content: [{ type: 'reasoning_text', text }] }),
        ...(item.signature === undefined ? {} : { signature: item.signature }),
        ...(item.encryptedContent === undefined
          ? {}
          : { encrypted_content: item.encryptedContent }),
      }
    }
    case 'call': {
      const text = item.pieces.toString()
      return {
        type: 'function_call',
        status,
        call_id: item.id,
        name: item.name,
        arguments: text === '' && status === 'completed' ? '{}' : text,
      }
    }
  }
}

function closePart(part: OpenText): ContentPart {
  const text = part.pieces.toString()
  return part.kind === 'text' ? { type: 'output_text', text } : { type: 'refusal', refusal: text }
}
