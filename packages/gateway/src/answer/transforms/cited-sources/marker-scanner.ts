/** `[1]`, `[1, 2]`: how an answer names sources. */
const markers = /\[(\d{1,4}(?:, ?\d{1,4}){0,15})\]/g
/** What may become one. */
const begun = /^\[[\d, ]*$/
/** As long as a marker can be. */
const markerMax = 96

/** A place of a text that names sources. */
interface FoundMarker {
  /** Each once, in their order. */
  readonly numbers: readonly number[]
  /** In characters of the whole text; `end` is behind it. */
  readonly start: number
  readonly end: number
}

/** Finds markers in a text that comes in pieces, wherever it is cut. */
export class MarkerScanner {
  /** Of the text so far. */
  #length = 0
  /** The end of the text, where it may be the beginning of a marker. */
  #open = ''

  /** The markers that are whole with this piece. */
  push(piece: string): readonly FoundMarker[] {
    const text = this.#open + piece
    const offset = this.#length - this.#open.length
    this.#length += piece.length
    let after = 0
    const found = Array.from(text.matchAll(markers), ({ 0: marker, 1: list = '', index }) => {
      after = index + marker.length
      const numbers = [...new Set(list.split(',').map(Number))]
      return { numbers, start: offset + index, end: offset + after }
    })
    const last = text.slice(Math.max(after, text.lastIndexOf('['), text.length - markerMax))
    this.#open = begun.test(last) ? last : ''
    return found
  }
}
