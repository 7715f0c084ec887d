import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import type { BlockWriter } from './block-writer.ts'
import { encodeCallBlocks } from './encode-block.ts'
import { ObjectEnd } from './object-end.ts'

type Start = Extract<StreamEvent, { type: 'tool-call-start' }>

interface WaitingCall {
  readonly start: Start
  readonly pieces: TextPieces
}

/** The most that is held of calls that wait, in characters of their arguments. */
const heldLengthMax = 16 * 1024 * 1024

/**
 * Puts calls one after the other, whose arguments may come interleaved: blocks cannot. The first call
 * is written as it comes, and the next one once the first is complete.
 */
export class CallSequence {
  readonly #blocks: BlockWriter
  readonly #waiting = new Map<number, WaitingCall>()
  #current: { readonly index: number; readonly end: ObjectEnd } | undefined
  #heldLength = 0

  constructor(blocks: BlockWriter) {
    this.#blocks = blocks
  }

  start(start: Start): string {
    if (this.#current === undefined) return this.#write({ start, pieces: new TextPieces() })
    this.#waiting.set(start.index, { start, pieces: new TextPieces() })
    return this.#advance()
  }

  /** Undefined if it cannot be written any more: its call was closed, or too much waits. */
  delta(index: number, text: string): string | undefined {
    if (this.#current?.index === index) {
      this.#current.end.push(text)
      return this.#blocks.delta({ type: 'input_json_delta', partial_json: text }) + this.#advance()
    }
    const waiting = this.#waiting.get(index)
    if (waiting === undefined) return text.trim() === '' ? '' : undefined
    this.#heldLength += text.length
    if (this.#heldLength > heldLengthMax) return undefined
    waiting.pieces.push(text)
    return this.#advance()
  }

  /** Writes all that waits: something else follows, or nothing. */
  flush(): string {
    const written = [...this.#waiting.values()].map((call) => this.#write(call)).join('')
    this.#waiting.clear()
    this.#current = undefined
    return written
  }

  #advance(): string {
    let written = ''
    for (const [index, call] of this.#waiting) {
      if (this.#current?.end.isReached !== true) break
      this.#waiting.delete(index)
      written += this.#write(call)
    }
    return written
  }

  #write({ start, pieces }: WaitingCall): string {
    const blocks = encodeCallBlocks(start, {})
    const call = blocks.at(-1) ?? {}
    const seals = blocks.slice(0, -1).map((block) => this.#blocks.whole(block))
    const text = pieces.toString()
    this.#heldLength -= text.length
    const end = new ObjectEnd()
    end.push(text)
    this.#current = { index: start.index, end }
    return (
      seals.join('') +
      this.#blocks.start('call', call) +
      (text === '' ? '' : this.#blocks.delta({ type: 'input_json_delta', partial_json: text }))
    )
  }
}
