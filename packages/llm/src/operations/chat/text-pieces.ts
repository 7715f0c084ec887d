/** Pieces that are joined at once, so that a text of very many small pieces costs little more than its length. */
const joinedPieces = 1024

/** A text that grows at its end. */
export class TextPieces {
  readonly #joined: string[] = []
  #latest: string[] = []

  push(piece: string): void {
    if (piece === '') return
    this.#latest.push(piece)
    if (this.#latest.length < joinedPieces) return
    this.#joined.push(this.#latest.join(''))
    this.#latest = []
  }

  toString(): string {
    return this.#joined.join('') + this.#latest.join('')
  }
}
