import type { JsonObject } from '@fairlead/base'
import type { ReasoningItem } from '../../operations/chat/item.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import { encodeDetails, encodeThinkingBlocks, hasDetails } from './encode-reasoning.ts'

type ReasoningEvent<Type> = Extract<StreamEvent, { type: Type }>

/** A sealed text must be repeated beside its seal; a longer one goes out without. */
const heldLengthMax = 4 * 1024 * 1024

/**
 * Writes the deltas of streamed reasoning. Its text goes out as it comes, as `reasoning_content`.
 * Details come whole, once a block ends: SDKs that collect a message from its deltas join the texts
 * of a list's entries, or keep the last list.
 */
export class ReasoningEncoder {
  #text = new TextPieces()
  #length = 0
  /** Details of the answer so far, which are numbered. */
  #details = 0
  #blocks = 0
  #summaryPart: number | undefined

  delta({ summaryPart, text }: ReasoningEvent<'reasoning-delta'>): JsonObject {
    if (summaryPart === undefined) {
      this.#length += text.length
      if (this.#length <= heldLengthMax) this.#text.push(text)
      return { reasoning_content: text }
    }
    const isNew = summaryPart !== this.#summaryPart
    if (isNew) this.#details += 1
    // Parts of a summary are paragraphs.
    const gap = isNew && this.#summaryPart !== undefined ? '\n\n' : ''
    this.#summaryPart = summaryPart
    return {
      reasoning_content: gap + text,
      reasoning_details: [{ type: 'reasoning.summary', summary: text, index: this.#details - 1 }],
    }
  }

  /** Undefined if there is nothing more to say. */
  end(event: ReasoningEvent<'reasoning-end'>): JsonObject | undefined {
    const { encryptedContent, id, maker, signature } = event
    const isHeld = this.#length <= heldLengthMax
    const text = this.#text.toString()
    const hadSummary = this.#summaryPart !== undefined
    this.#text = new TextPieces()
    this.#length = 0
    this.#summaryPart = undefined
    const item: ReasoningItem = {
      type: 'reasoning',
      summary: [],
      ...(id === undefined ? {} : { id }),
      ...(maker === undefined ? {} : { maker }),
      ...(signature === undefined ? {} : { signature }),
      ...(encryptedContent === undefined ? {} : { encrypted_content: encryptedContent }),
      ...(text === '' ? {} : { content: [{ type: 'reasoning_text', text }] }),
    }
    if (!isHeld || !(hasDetails(item) || hadSummary)) return undefined
    const details = encodeDetails(item, this.#details)
    if (details.length === 0) return undefined
    this.#details += details.length
    const blocks = encodeThinkingBlocks(item)
    const numbered = blocks.map((block, offset) => ({ ...block, index: this.#blocks + offset }))
    this.#blocks += blocks.length
    return {
      reasoning_details: details,
      ...(numbered.length === 0 ? {} : { thinking_blocks: numbered }),
    }
  }
}
