import type { JsonObject } from '@fairlead/base'
import type { ReasoningItem } from '../../../operations/chat/item.ts'
import type { StreamEvent } from '../../../operations/chat/stream-event.ts'
import { TextPieces } from '../../../operations/chat/text-pieces.ts'
import { encodeOutputItem, type OutputContext } from '../encode-output.ts'
import { addedEvent, type ItemWriter } from './item-writer.ts'

type ReasoningDelta = Extract<StreamEvent, { type: 'reasoning-delta' }>
type ReasoningEnd = Extract<StreamEvent, { type: 'reasoning-end' }>

/**
 * Writes reasoning: the thinking itself, or parts of its summary. Thinking that is told as a summary
 * is one part.
 */
export class ReasoningWriter implements ItemWriter {
  readonly index: number
  readonly #context: OutputContext
  readonly #id: string
  readonly #summary: string[] = []
  #open:
    { readonly kind: 'summary' | 'content'; readonly place: number; pieces: TextPieces } | undefined
  readonly #content: string[] = []
  #end: ReasoningEnd | undefined

  constructor(context: OutputContext) {
    this.#context = context
    this.index = context.index
    this.#id = String(this.#item()['id'])
  }

  added(): JsonObject {
    return addedEvent(this.index, this.#item())
  }

  push({ summaryPart, text }: ReasoningDelta): JsonObject[] {
    const isSummary = summaryPart !== undefined || this.#context.tellsThinking
    const events = this.#part(isSummary ? 'summary' : 'content', summaryPart)
    this.#open?.pieces.push(text)
    events.push(
      isSummary
        ? { type: 'response.reasoning_summary_text.delta', ...this.#at(), delta: text }
        : { type: 'response.reasoning_text.delta', ...this.#at(), delta: text },
    )
    return events
  }

  /** What seals it. Its id is of no use here: the item has begun with another. */
  end(end: ReasoningEnd): void {
    this.#end = end
  }

  done(): { readonly events: JsonObject[]; readonly item: JsonObject } {
    const events = this.#closePart()
    return { events, item: this.#item() }
  }

  #item(): JsonObject {
    const { encryptedContent, maker, signature } = this.#end ?? {}
    const item: ReasoningItem = {
      type: 'reasoning',
      ...(maker === undefined ? {} : { maker }),
      summary: this.#summary.map((text) => ({ type: 'summary_text', text })),
      ...(this.#content.length === 0
        ? {}
        : { content: this.#content.map((text) => ({ type: 'reasoning_text', text })) }),
      ...(signature === undefined ? {} : { signature }),
      ...(encryptedContent === undefined ? {} : { encrypted_content: encryptedContent }),
    }
    return encodeOutputItem(item, this.#context) ?? {}
  }

  #at(): JsonObject {
    const place = this.#open?.place ?? 0
    return {
      item_id: this.#id,
      output_index: this.index,
      ...(this.#open?.kind === 'content' ? { content_index: place } : { summary_index: place }),
    }
  }

  #part(kind: 'summary' | 'content', wanted: number | undefined): JsonObject[] {
    const goesOn =
      this.#open?.kind === kind && (wanted === undefined || wanted === this.#open.place)
    if (goesOn) return []
    const events = this.#closePart()
    this.#open = {
      kind,
      place: kind === 'summary' ? this.#summary.length : this.#content.length,
      pieces: new TextPieces(),
    }
    events.push(
      kind === 'summary'
        ? {
            type: 'response.reasoning_summary_part.added',
            ...this.#at(),
            part: { type: 'summary_text', text: '' },
          }
        : {
            type: 'response.content_part.added',
            ...this.#at(),
            part: { type: 'reasoning_text', text: '' },
          },
    )
    return events
  }

  #closePart(): JsonObject[] {
    const open = this.#open
    if (open === undefined) return []
    const text = open.pieces.toString()
    const at = this.#at()
    this.#open = undefined
    if (open.kind === 'content') {
      this.#content.push(text)
      return [
        { type: 'response.reasoning_text.done', ...at, text },
        { type: 'response.content_part.done', ...at, part: { type: 'reasoning_text', text } },
      ]
    }
    this.#summary.push(text)
    return [
      { type: 'response.reasoning_summary_text.done', ...at, text },
      { type: 'response.reasoning_summary_part.done', ...at, part: { type: 'summary_text', text } },
    ]
  }
}
