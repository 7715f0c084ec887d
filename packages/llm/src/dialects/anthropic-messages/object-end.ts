/** Watches for the end of a JSON object that comes in pieces, without parsing it. */
export class ObjectEnd {
  #depth = 0
  #inString = false
  #escaped = false
  #reached = false

  /** Whether the object that began has ended. */
  get isReached(): boolean {
    return this.#reached
  }

  push(text: string): void {
    for (let place = 0; place < text.length && !this.#reached; place += 1) {
      this.#read(text.charCodeAt(place))
    }
  }

  #read(code: number): void {
    if (this.#escaped) {
      this.#escaped = false
    } else if (this.#inString) {
      if (code === backslash) this.#escaped = true
      else if (code === quote) this.#inString = false
    } else if (code === quote) {
      this.#inString = true
    } else if (code === openBrace || code === openBracket) {
      this.#depth += 1
    } else if (code === closeBrace || code === closeBracket) {
      this.#depth -= 1
      this.#reached = this.#depth === 0
    }
  }
}

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
