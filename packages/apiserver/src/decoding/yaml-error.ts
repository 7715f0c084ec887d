import type { YAMLParseError } from 'yaml'

/** What libyaml says, and whether its scanner does: it counts lines from one, its parser from none. */
interface Problem {
  readonly message: string
  readonly isOfScanner: boolean
}

/**
 * A syntax error in the words of libyaml, whose port Kubernetes uses, as far as it is one of the
 * common ones.
 */
export function yamlSyntaxError(error: YAMLParseError, text: string): string {
  const { message, isOfScanner } = problemOf(error, text)
  const line = text.slice(0, error.pos[0]).split('\n').length - 1
  if (line === 0) return `yaml: ${message}`
  return `yaml: line ${isOfScanner ? line + 1 : line}: ${message}`
}

function problemOf({ code, message, pos }: YAMLParseError, text: string): Problem {
  // Text that is nested deeper than the parser's stack.
  if (message.includes('call stack')) return parser('exceeded max depth')
  if (message.startsWith('Flow ')) {
    if (/[[{,]\s*$/.test(text.slice(0, pos[0]))) return parser('did not find expected node content')
    return parser(`did not find expected ',' or '${message.startsWith('Flow map') ? '}' : ']'}'`)
  }
  switch (code) {
    case 'TAB_AS_INDENT':
    case 'BAD_SCALAR_START':
      return scanner('found character that cannot start any token')
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return scanner('mapping values are not allowed in this context')
    case 'MISSING_CHAR':
      return message.includes('quote')
        ? scanner('found unexpected end of stream')
        : scanner("could not find expected ':'")
    case 'BAD_ALIAS':
      return scanner('did not find expected alphabetic or numeric character')
    case 'BAD_DQ_ESCAPE':
      return scanner('found unknown escape character')
    case 'UNEXPECTED_TOKEN':
      return message.startsWith('Block scalar header')
        ? scanner('did not find expected comment or line break')
        : parser('did not find expected node content')
    default:
      return parser('did not find expected key')
  }
}

function parser(message: string): Problem {
  return { message, isOfScanner: false }
}

function scanner(message: string): Problem {
  return { message, isOfScanner: true }
}
