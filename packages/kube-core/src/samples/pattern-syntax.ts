import { characterClass, escapedCharacters, printable } from './character-class.ts'

/** What a pattern matches, as far as samples of it need to know. */
export type PatternNode =
  | { readonly one: 'of'; readonly characters: readonly string[] }
  | { readonly one: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly one: 'choice'; readonly branches: readonly PatternNode[] }
  | {
      readonly one: 'repeat'
      readonly part: PatternNode
      readonly least: number
      readonly most: number
    }

const nothing: PatternNode = { one: 'sequence', parts: [] }

/**
 * Reads a valid pattern in RE2's syntax. Anchors and word boundaries count as nothing, and flags are
 * ignored: whoever samples checks the result.
 * @throws SyntaxError for `\Q…\E` and other syntax that is not known here
 */
export function parsePattern(pattern: string): PatternNode {
  const reader = new PatternReader(pattern)
  const node = reader.choice()
  if (!reader.atEnd) throw new SyntaxError(`unexpected ) in the pattern ${pattern}`)
  return node
}

class PatternReader {
  readonly #pattern: string
  #position = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  get atEnd(): boolean {
    return this.#position >= this.#pattern.length
  }

  choice(): PatternNode {
    const branches = [this.#sequence()]
    while (this.#takes('|')) branches.push(this.#sequence())
    const [only] = branches
    return branches.length === 1 && only ? only : { one: 'choice', branches }
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = []
    while (!this.atEnd && !this.#sees('|') && !this.#sees(')')) parts.push(this.#repeated())
    return { one: 'sequence', parts }
  }

  #repeated(): PatternNode {
    let part = this.#atom()
    for (;;) {
      const bounds = this.#quantifier()
      if (bounds === undefined) return part
      this.#takes('?')
      part = { one: 'repeat', part, ...bounds }
    }
  }

  #quantifier(): { least: number; most: number } | undefined {
    if (this.#takes('*')) return { least: 0, most: Infinity }
    if (this.#takes('+')) return { least: 1, most: Infinity }
    if (this.#takes('?')) return { least: 0, most: 1 }
    const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#pattern.slice(this.#position))
    if (counted === null) return undefined
    const [text, least = '', comma, most = ''] = counted
    this.#position += text.length
    if (comma === undefined) return { least: Number(least), most: Number(least) }
    return { least: Number(least), most: most === '' ? Infinity : Number(most) }
  }

  #atom(): PatternNode {
    if (this.#takes('(')) return this.#group()
    if (this.#takes('^') || this.#takes('$')) return nothing
    if (this.#takes('.')) return { one: 'of', characters: printable }
    if (this.#takes('[')) {
      const { characters, end } = characterClass(this.#pattern, this.#position)
      this.#position = end
      return { one: 'of', characters }
    }
    if (this.#takes('\\')) return this.#escape()
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#position) ?? 0)
    this.#position += character.length
    return { one: 'of', characters: [character] }
  }

  #group(): PatternNode {
    const opening = /^\?(?:P?<\w+>|[a-zA-Z-]*:|[a-zA-Z-]+\))/.exec(
      this.#pattern.slice(this.#position),
    )
    if (opening !== null) this.#position += opening[0].length
    if (opening?.[0].endsWith(')')) return nothing
    const inner = this.choice()
    this.#takes(')')
    return inner
  }

  #escape(): PatternNode {
    const { characters, end } = escapedCharacters(this.#pattern, this.#position)
    this.#position = end
    return characters.length === 0 ? nothing : { one: 'of', characters }
  }

  #sees(text: string): boolean {
    return this.#pattern.startsWith(text, this.#position)
  }

  #takes(text: string): boolean {
    if (!this.#sees(text)) return false
    this.#position += text.length
    return true
  }
}
