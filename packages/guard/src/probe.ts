/** Finds one kind of thing in a text. */
export interface Probe {
  readonly detector: string
  /** As of a `TextMatcher`. */
  readonly reach: number | undefined
  /** The first match that begins at `from` or behind it. */
  next(text: string, from: number): Span | undefined
  /** As of a `TextMatcher`. */
  openFrom(text: string, from: number): number
}

export interface Span {
  readonly start: number
  readonly end: number
}

/** `openFrom` where only the length of a match is known. */
export function openByReach(reach: number | undefined) {
  return ({ length }: string, from: number): number =>
    reach === undefined ? from : Math.max(from, length - reach)
}

/** `openFrom` where a match consists of certain characters only: those at the end may become one. */
export function openByCharacters(character: RegExp, reach: number) {
  return (text: string, from: number): number => {
    const first = Math.max(from, text.length - reach)
    let open = text.length
    while (open > first && character.test(text.charAt(open - 1))) open -= 1
    return open
  }
}

/**
 * A probe for an expression whose matches are short, with the flag `g`; `isOne` rejects what is none.
 * Whether a match begins at a place depends on nothing that was rejected before it: where a stream is
 * cut would change that.
 */
export function expressionProbe(
  detector: string,
  expression: RegExp,
  {
    isOne = () => true,
    openFrom,
    reach,
  }: Pick<Probe, 'openFrom'> & {
    readonly reach: number
    readonly isOne?: (match: string) => boolean
  },
): Probe {
  return {
    detector,
    reach,
    openFrom,
    next(text, from) {
      expression.lastIndex = from
      for (;;) {
        const match = expression.exec(text)
        if (match === null) return undefined
        const [found] = match
        if (isOne(found)) return { start: match.index, end: match.index + found.length }
        expression.lastIndex = match.index + 1
      }
    },
  }
}
