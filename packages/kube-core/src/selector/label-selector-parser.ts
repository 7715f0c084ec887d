import { fieldErrorMessage } from '../field-error.ts'
import { StatusError, errors } from '../status-error.ts'
import { checkKey, labelRequirement } from './label-requirement.ts'
import type { LabelOperator, LabelRequirement } from './label-requirement.ts'

type TokenType = 'identifier' | 'end' | 'error' | '(' | ')' | ',' | '!' | LabelOperator

interface Token {
  readonly type: TokenType
  readonly text: string
}

const symbols: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '('])
const binaryOperators: ReadonlySet<TokenType> = new Set<TokenType>([
  'in',
  'notin',
  '=',
  '==',
  '!=',
  '>',
  '<',
])
const endToken: Token = { type: 'end', text: '' }

/**
 * Parses the terms of a label selector. Throws a bad request with the API server's wording. The
 * words `in` and `notin` are operators only where an operator is expected.
 */
export function parseLabelRequirements(text: string): LabelRequirement[] {
  const tokens = new TokenStream(scan(text))
  const requirements: LabelRequirement[] = []
  for (;;) {
    const next = tokens.peek()
    if (next.type === 'end') return requirements
    if (next.type !== 'identifier' && next.type !== '!') {
      throw errors.badRequest(`found '${next.text}', expected: !, identifier, or 'end of string'`)
    }
    requirements.push(parseTerm(tokens))
    const separator = tokens.next()
    if (separator.type === 'end') return requirements
    if (separator.type !== ',') {
      throw errors.badRequest(`found '${separator.text}', expected: ',' or 'end of string'`)
    }
    const following = tokens.peek()
    if (following.type !== 'identifier' && following.type !== '!') {
      throw errors.badRequest(`found '${following.text}', expected: identifier after ','`)
    }
  }
}

/** Adds the term being parsed to its error. */
function parseTerm(tokens: TokenStream): LabelRequirement {
  try {
    return parseRequirement(tokens)
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    throw errors.badRequest(`unable to parse requirement: ${error.message}`, error)
  }
}

function parseRequirement(tokens: TokenStream): LabelRequirement {
  const negated = tokens.peek().type === '!'
  if (negated) tokens.next()
  const key = expectIdentifier(tokens.next())
  // The API server prints the key's absent path as Go prints a nil pointer.
  const [problem] = checkKey(key, '<nil>')
  if (problem) throw errors.badRequest(fieldErrorMessage(problem))
  if (negated) return labelRequirement(key, '!', [])
  const next = tokens.peek()
  if (next.type === 'end' || next.type === ',') return labelRequirement(key, 'exists', [])
  const operator = parseOperator(tokens)
  const values =
    operator === 'in' || operator === 'notin' ? parseValues(tokens) : [parseExactValue(tokens)]
  return labelRequirement(key, operator, values)
}

function expectIdentifier(token: Token): string {
  if (token.type === 'identifier') return token.text
  throw errors.badRequest(`found '${token.text}', expected: identifier`)
}

function parseOperator(tokens: TokenStream): LabelOperator {
  const token = tokens.nextOperator()
  if (isBinaryOperator(token.type)) return token.type
  throw errors.badRequest(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`)
}

function isBinaryOperator(type: TokenType): type is LabelOperator {
  return binaryOperators.has(type)
}

function parseExactValue(tokens: TokenStream): string {
  const next = tokens.peek()
  if (next.type === 'end' || next.type === ',') return ''
  return expectIdentifier(tokens.next())
}

/** A list in parentheses; missing values, as in `(a,)` and `()`, are empty strings. */
function parseValues(tokens: TokenStream): string[] {
  const open = tokens.next()
  if (open.type !== '(') throw errors.badRequest(`found '${open.text}' expected: '('`)
  const first = tokens.peek()
  if (first.type !== 'identifier' && first.type !== ',' && first.type !== ')') {
    throw errors.badRequest(`found '${first.text}', expected: ',', ')' or identifier`)
  }
  const values: string[] = []
  for (;;) {
    const next = tokens.peek()
    if (next.type === 'identifier') values.push(tokens.next().text)
    else if (next.type === ',' || next.type === ')') values.push('')
    else throw errors.badRequest(`found '${next.text}', expected: ',', or identifier`)
    const separator = tokens.next()
    if (separator.type === ')') return values
    if (separator.type !== ',') {
      throw errors.badRequest(`found '${separator.text}', expected: ',' or ')'`)
    }
  }
}

class TokenStream {
  readonly #tokens: readonly Token[]
  #position = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  peek(): Token {
    return asValue(this.#tokens[this.#position] ?? endToken)
  }

  next(): Token {
    return asValue(this.nextOperator())
  }

  /** The next token, with `in` and `notin` taken as operators. */
  nextOperator(): Token {
    const token = this.#tokens[this.#position] ?? endToken
    this.#position += 1
    return token
  }
}

function asValue(token: Token): Token {
  const isWord = token.type === 'in' || token.type === 'notin'
  return isWord ? { type: 'identifier', text: token.text } : token
}

const tokenPattern = /[ \t\r\n]+|([^ \t\r\n=!(),><]+)|([=!(),><]+)/gy

function scan(text: string): Token[] {
  const tokens: Token[] = []
  for (const [, word, symbolRun] of text.matchAll(tokenPattern)) {
    if (word !== undefined) tokens.push(wordToken(word))
    if (symbolRun !== undefined) scanSymbols(symbolRun, tokens)
  }
  return tokens
}

function wordToken(text: string): Token {
  return { type: text === 'in' || text === 'notin' ? text : 'identifier', text }
}

/** Splits a run of symbols, which can be long, into the longest known ones. */
function scanSymbols(run: string, tokens: Token[]): void {
  for (let start = 0; start < run.length;) {
    const two = run.slice(start, start + 2)
    const symbol = symbols.has(two) ? two : run.slice(start, start + 1)
    tokens.push({ type: symbolType(symbol), text: symbol })
    start += symbol.length
  }
}

function symbolType(symbol: string): TokenType {
  switch (symbol) {
    case '(':
    case ')':
    case ',':
    case '!':
    case '=':
    case '==':
    case '!=':
    case '>':
    case '<':
      return symbol
    default:
      return 'error'
  }
}
