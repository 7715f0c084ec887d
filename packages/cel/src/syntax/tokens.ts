import type { Issue } from './issues.ts'

type TokenKind = 'symbol' | 'identifier' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** As in the text; `<EOF>` at the end. */
  readonly text: string
  readonly offset: number
}

const escape = String.raw`\\(?:[abfnrtv"'\\?${'`'}]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`

const string = [
  String.raw`"""(?:${escape}|[^\\])*?"""`,
  String.raw`'''(?:${escape}|[^\\])*?'''`,
  String.raw`"(?:${escape}|[^\\"\n\r])*"`,
  String.raw`'(?:${escape}|[^\\'\n\r])*'`,
  String.raw`[rR]"""[^]*?"""`,
  String.raw`[rR]'''[^]*?'''`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
].join('|')

/** The tokens of CEL's grammar, each alternative at the current place. */
const patterns: readonly (readonly [TokenKind | 'skipped', RegExp])[] = [
  ['skipped', /(?:[\t \r\n\f]+|\/\/[^\n]*)+/y],
  ['bytes', new RegExp(`[bB](?:${string})`, 'y')],
  ['string', new RegExp(string, 'y')],
  ['double', /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y],
  ['uint', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['int', /(?:0x[0-9a-fA-F]+|\d+)/y],
  ['identifier', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['symbol', /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y],
]

const keywords: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])

/** Splits a text into tokens, the last of which is the end. What is no token becomes an issue. */
export function tokenize(source: string): { tokens: Token[]; issues: Issue[] } {
  const tokens: Token[] = []
  const issues: Issue[] = []
  let offset = 0
  while (offset < source.length) {
    const [kind, text] = match(source, offset)
    if (kind === undefined) {
      const message = `Syntax error: token recognition error at: '${shown(text)}'`
      issues.push({ message, offset })
    } else if (kind !== 'skipped') {
      const isKeyword = kind === 'identifier' && keywords.has(text)
      tokens.push({ kind: isKeyword ? 'symbol' : kind, text, offset })
    }
    offset += text.length
  }
  tokens.push({ kind: 'end', text: '<EOF>', offset: source.length })
  return { tokens, issues }
}

function match(source: string, offset: number): [TokenKind | 'skipped' | undefined, string] {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset
    const text = pattern.exec(source)?.[0]
    if (text !== undefined) return [kind, text]
  }
  return [undefined, unrecognized(source, offset)]
}

/** What the lexer reads before it finds that it is no token. */
function unrecognized(source: string, offset: number): string {
  const rest = source.slice(offset)
  const [start = ''] = /^(?:"(?:\\?[^"\\\n\r])*|'(?:\\?[^'\\\n\r])*|[=&|])/.exec(rest) ?? []
  if (start.startsWith('"') || start.startsWith("'")) return start
  // One character more: with it the lexer sees that no operator begins here.
  const length = start === '' ? 1 : Math.min(2, rest.length)
  const isPair = (rest.codePointAt(0) ?? 0) > 0xffff
  return rest.slice(0, isPair ? Math.max(2, length) : length)
}

/** Line breaks and tabs are shown as escapes. */
function shown(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
}
