import type { Issue } from './issues.ts'
import { tokenize, type Token } from './tokens.ts'

/** What may begin an expression, in the order in which messages list it. */
const starts =
  "'[' '{' '(' '.' '-' '!' 'true' 'false' 'null' NUM_FLOAT NUM_INT NUM_UINT STRING BYTES IDENTIFIER".split(
    ' ',
  )

/** How deep expressions may be nested, as in cel-go. */
const depthMax = 250

/** Ends the reading of a text that cannot be read further. */
export class Unreadable extends Error {}

/** The tokens of a text, and what is wrong with their order, in the wording of cel-go's parser. */
export class TokenReader {
  readonly issues: Issue[]
  readonly #tokens: readonly Token[]
  #position = 0
  #depth = 0

  constructor(source: string) {
    const { tokens, issues } = tokenize(source)
    this.#tokens = tokens
    this.issues = issues
  }

  skip(count: number): void {
    this.#position += count
  }

  get next(): Token {
    return this.at(0)
  }

  at(ahead: number): Token {
    return this.#tokens[Math.min(this.#position + ahead, this.#tokens.length - 1)] as Token
  }

  take(): Token {
    const token = this.next
    this.#position += 1
    return token
  }

  takes(...symbols: string[]): Token | undefined {
    return this.isNext(...symbols) ? this.take() : undefined
  }

  isNext(...symbols: string[]): boolean {
    return this.next.kind === 'symbol' && symbols.includes(this.next.text)
  }

  report(message: string, offset: number | undefined): void {
    this.issues.push({ message, offset })
  }

  syntaxError(message: string, offset = this.next.offset): void {
    this.report(`Syntax error: ${message}`, offset)
  }

  stop(): never {
    throw new Unreadable()
  }

  unexpectedEnd(): void {
    const word = this.at(1).kind === 'end' ? 'extraneous' : 'mismatched'
    this.syntaxError(`${word} input '${this.next.text}' expecting <EOF>`)
    if (word === 'mismatched') this.stop()
  }

  /** Takes a symbol; where it is missing, goes on as if it were there or without what is there. */
  expect(symbol: string, expected: string, canFollow: (token: Token) => boolean): Token {
    const token = this.takes(symbol)
    if (token) return token
    const { text, offset } = this.next
    const after = this.at(1)
    if (after.kind === 'symbol' && after.text === symbol) {
      this.syntaxError(`extraneous input '${text}' expecting ${expected}`)
      this.take()
      return this.take()
    }
    if (canFollow(this.next) && !expected.startsWith('{')) {
      this.syntaxError(`missing '${symbol}' at '${text}'`)
      return { kind: 'symbol', text: symbol, offset }
    }
    this.syntaxError(`mismatched input '${text}' expecting ${expected}`)
    return this.stop()
  }

  nested<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > depthMax) {
      this.report(`expression recursion limit exceeded: ${depthMax}`, undefined)
      this.stop()
    }
    const result = read()
    this.#depth -= 1
    return result
  }

  /** What begins no expression is an error, unless it can be left out. */
  checkStart(more: readonly string[] = [], after = ''): void {
    if (canStart(this.next)) return
    const isLeftOut = after === '!' || canStart(this.at(1))
    const word = isLeftOut ? 'extraneous' : 'mismatched'
    const expected = expectedStarts(more).join(', ')
    this.syntaxError(`${word} input '${this.next.text}' expecting {${expected}}`)
    if (!canStart(this.at(1))) this.stop()
    this.take()
  }
}

export function canStart({ kind, text }: Token): boolean {
  if (kind === 'end') return false
  return kind !== 'symbol' || ['[', '{', '(', '.', '-', '!', 'true', 'false', 'null'].includes(text)
}

/** What may come after a closing bracket. */
export function canFollowOperand({ kind, text }: Token): boolean {
  return (
    kind === 'end' ||
    (kind === 'symbol' && !['!', '{', '(', 'true', 'false', 'null'].includes(text))
  )
}

function expectedStarts(more: readonly string[]): string[] {
  const expected = [...starts]
  if (more.includes("')'")) expected.splice(3, 0, "')'")
  if (more.includes("'?'")) expected.splice(6, 0, "'?'")
  return expected
}
