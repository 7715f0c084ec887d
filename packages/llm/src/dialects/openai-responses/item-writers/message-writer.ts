import type { JsonObject } from '@fairlead/base'
import type { Annotation, ContentPart, ItemStatus } from '../../../operations/chat/item.ts'
import type { MessageStart, StreamEvent } from '../../../operations/chat/stream-event.ts'
import { TextPieces } from '../../../operations/chat/text-pieces.ts'
import { encodeAnnotation } from '../annotations.ts'
import { encodeOutputItem, encodeOutputPart, type OutputContext } from '../encode-output.ts'
import { addedEvent, type ItemWriter } from './item-writer.ts'

type TextEvent = Extract<StreamEvent, { type: 'text-delta' | 'refusal-delta' }>

interface OpenPart {
  readonly type: 'output_text' | 'refusal'
  readonly pieces: TextPieces
  readonly annotations: Annotation[]
  readonly logprobs: unknown[]
}

/** Writes a message: parts of text and refusals, one after the other. */
export class MessageWriter implements ItemWriter {
  readonly index: number
  readonly #context: OutputContext
  readonly #start: MessageStart
  readonly #id: string
  readonly #parts: ContentPart[] = []
  #open: OpenPart | undefined

  constructor(context: OutputContext, start: MessageStart) {
    this.#context = context
    this.#start = start
    this.index = context.index
    this.#id = String(this.#item([], 'in_progress')['id'])
  }

  added(): JsonObject {
    return addedEvent(this.index, this.#item([], 'in_progress'))
  }

  push(event: TextEvent): JsonObject[] {
    const type = event.type === 'text-delta' ? 'output_text' : 'refusal'
    const isNew = event.type === 'text-delta' && event.startsPart === true
    const events = [...(isNew ? this.#closePart() : []), ...this.#part(type)]
    const logprobs = (event.type === 'text-delta' ? event.logprobs : undefined) ?? []
    this.#open?.pieces.push(event.text)
    for (const entry of logprobs) this.#open?.logprobs.push(entry)
    const delta =
      type === 'output_text'
        ? { type: 'response.output_text.delta', ...this.#at(), delta: event.text, logprobs }
        : { type: 'response.refusal.delta', ...this.#at(), delta: event.text }
    events.push(delta)
    return events
  }

  /** An annotation of the latest text. */
  annotate(annotation: Annotation): JsonObject[] {
    const written = encodeAnnotation(annotation)
    if (written === undefined) return []
    const events = this.#part('output_text')
    const annotations = this.#open?.annotations ?? []
    annotations.push(annotation)
    events.push({
      type: 'response.output_text.annotation.added',
      ...this.#at(),
      annotation_index: annotations.length - 1,
      annotation: written,
    })
    return events
  }

  done(status: ItemStatus): { readonly events: JsonObject[]; readonly item: JsonObject } {
    const events = this.#closePart()
    return { events, item: this.#item(this.#parts, status) }
  }

  #item(content: readonly ContentPart[], status: ItemStatus): JsonObject {
    const item = { type: 'message', ...this.#start, role: 'assistant', status, content } as const
    return encodeOutputItem(item, this.#context) ?? {}
  }

  #at(): JsonObject {
    return {
      item_id: this.#id,
      output_index: this.index,
      content_index: this.#parts.length,
    }
  }

  /** Begins a part of the type, unless one is open. */
  #part(type: OpenPart['type']): JsonObject[] {
    if (this.#open?.type === type) return []
    const events = this.#closePart()
    this.#open = { type, pieces: new TextPieces(), annotations: [], logprobs: [] }
    const part = encodeOutputPart(partOf(this.#open))
    events.push({ type: 'response.content_part.added', ...this.#at(), part })
    return events
  }

  #closePart(): JsonObject[] {
    if (this.#open === undefined) return []
    const whole = partOf(this.#open)
    const part = encodeOutputPart(whole)
    const at = this.#at()
    const events: JsonObject[] = [
      whole.type === 'refusal'
        ? { type: 'response.refusal.done', ...at, refusal: whole.refusal }
        : {
            type: 'response.output_text.done',
            ...at,
            text: whole.text,
            logprobs: whole.logprobs ?? [],
          },
      { type: 'response.content_part.done', ...at, part },
    ]
    this.#parts.push(whole)
    this.#open = undefined
    return events
  }
}

function partOf({ annotations, logprobs, pieces, type }: OpenPart) {
  const text = pieces.toString()
  if (type === 'refusal') return { type, refusal: text } as const
  return { type, text, annotations, logprobs } as const
}
