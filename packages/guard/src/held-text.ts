import type { Finding, TextMatcher } from './text-matcher.ts'

/** Text of a stream that nothing still to come can change the verdict of. */
export interface Decided {
  readonly text: string
  /** In it, in order; with their places in the whole text. */
  readonly findings: readonly Finding[]
}

/** Borders of a match look at so many characters before it. */
const contextLength = 64

/**
 * Holds back text of a stream until it is decided: what leaves, and what is found, is what the whole
 * text would have given, however it was cut. Holds at most the matcher's reach; all of a text in which a
 * finding can be of any length.
 */
export class HeldText {
  readonly #matcher: TextMatcher
  /** What is held, and before it some that has left. */
  #text = ''
  /** Where what is held begins in it. */
  #from = 0
  /** Where that is in the whole text. */
  #offset = 0

  constructor(matcher: TextMatcher) {
    this.#matcher = matcher
  }

  /** Takes the next piece. */
  push(piece: string): Decided {
    this.#text += piece
    return this.#decide(
      betweenCharacters(this.#text, this.#matcher.openFrom(this.#text, this.#from)),
    )
  }

  /** Nothing follows: the rest. */
  end(): Decided {
    return this.#decide(this.#text.length)
  }

  #decide(open: number): Decided {
    const text = this.#text
    const from = this.#from
    if (open <= from) return { text: '', findings: [] }
    const final = this.#matcher.find(text, from).filter(({ start }) => start < open)
    const end = Math.max(open, final.at(-1)?.end ?? from)
    const moved = this.#offset - from
    const findings = final.map((one) => ({
      ...one,
      start: one.start + moved,
      end: one.end + moved,
    }))
    const kept = Math.max(0, end - contextLength)
    this.#text = text.slice(kept)
    this.#from = end - kept
    this.#offset += end - from
    return { text: text.slice(from, end), findings }
  }
}

/** Two code units may be one character, which is not parted; half of one at the end is not whole yet. */
function betweenCharacters(text: string, index: number): number {
  const before = text.charCodeAt(index - 1)
  return before >= 0xd800 && before <= 0xdbff ? index - 1 : index
}
