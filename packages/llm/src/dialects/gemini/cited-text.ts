import type { JsonObject } from '@fairlead/base'
import type { Annotation } from '../../operations/chat/item.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import { encodeGrounding } from './grounding.ts'

/** Text that is kept in order to find places in it; in a longer one none is found. */
const textLengthMax = 1024 * 1024
/** Further annotations are not told. */
const annotationsMax = 1000

/**
 * The annotations of an answer that is being written. Places are told in one text only, which is what
 * all parts say that follow each other without anything else between them: those of a part count from
 * its own beginning, and here from that of the first. In what was said before, none is told.
 */
export class CitedText {
  readonly #annotations: Annotation[] = []
  #text = new TextPieces()
  #length = 0
  #partStart = 0
  #isOver = false

  /** `startsPart` says whether the text belongs to another part than what stands before it. */
  add(text: string, startsPart: boolean): void {
    if (this.#isOver) this.#beginAnew()
    else if (startsPart) this.#partStart = this.#length
    if (this.#length <= textLengthMax) this.#text.push(text)
    this.#length += text.length
  }

  /** Adds an annotation of the latest part. */
  annotate({ start_index: start, end_index: end, ...annotation }: Annotation): void {
    if (this.#annotations.length === annotationsMax) return
    this.#annotations.push({
      ...annotation,
      ...(start === undefined ? {} : { start_index: start + this.#partStart }),
      ...(end === undefined ? {} : { end_index: end + this.#partStart }),
    })
  }

  /** Something else than text follows. */
  end(): void {
    this.#isOver = true
  }

  /** Undefined if nothing has a source. */
  grounding(): JsonObject | undefined {
    return encodeGrounding(this.#annotations, this.#text.toString())
  }

  #beginAnew(): void {
    this.#isOver = false
    this.#text = new TextPieces()
    this.#length = 0
    this.#partStart = 0
    for (const [index, annotation] of this.#annotations.entries()) {
      const { start_index: _start, end_index: _end, ...source } = annotation
      this.#annotations[index] = source
    }
  }
}
