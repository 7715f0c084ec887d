/** One place in a text; indexes are UTF-16 code units, `end` is behind it. */
export interface Finding {
  readonly start: number
  readonly end: number
  /** What it is: the name of a detector, `Pattern` or `Keyword`. */
  readonly detector: string
}

/**
 * What is looked for in a text. Takes time linear in the text. Findings come in order and do not
 * overlap: the one that begins first, then the longest.
 */
export interface TextMatcher {
  /**
   * The longest finding with what its borders look at, in code units; undefined where one can be of any
   * length.
   */
  readonly reach: number | undefined
  /** All findings that begin at `from` or behind it; what stands before is looked at by borders only. */
  find(text: string, from?: number): readonly Finding[]
  /**
   * Where the first finding may begin that text which is still to come can make or change: all that
   * begin before are final. The text's length where there is none.
   */
  openFrom(text: string, from: number): number
}
