/** How a document is cut into passages. Tokens are estimated: one for each four bytes of UTF-8. */
export interface Chunking {
  /** The most tokens of a passage. */
  readonly maxTokens: number
  /** How much of the text before it a passage repeats; never more than half of `maxTokens`. */
  readonly overlapTokens: number
  /**
   * Headings: each heading begins a passage. Paragraphs: passages are filled with whole paragraphs.
   * Tokens: they are filled to the last word.
   */
  readonly splitOn: 'Headings' | 'Paragraphs' | 'Tokens'
}

/** A part of a document, which is found as one. */
export interface Passage {
  readonly text: string
  /** The headings above it, the outermost first. */
  readonly headings: readonly string[]
  /** Where it is, with the fragment of its heading or page; null where the document has no address. */
  readonly url: string | null
}

/** A document in passages. */
export interface CutDocument {
  readonly title: string | null
  readonly passages: readonly Passage[]
}
