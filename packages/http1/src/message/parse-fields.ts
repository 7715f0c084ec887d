import { fieldName, isFieldValue, withoutSpace } from './field-grammar.ts'
import { MessageError } from './message-error.ts'

/** More fields than this in one section are refused: no client of a model sends half as many. */
const fieldsMax = 128

/**
 * Reads field lines (RFC 9112 §5), each ended by CR LF, from `from` to the end of the text. Gives a
 * flat list: name in lower case, value, name, value. Throws MessageError for anything odd: a name
 * that is no token, space before the colon, a folded line, a control character, a bare CR or LF.
 */
export function parseFields(text: string, from: number): string[] {
  const entries: string[] = []
  let position = from
  while (position < text.length) {
    const colon = text.indexOf(':', position)
    const end = text.indexOf('\r\n', position)
    const lineEnd = end === -1 ? text.length : end
    if (colon === -1 || colon > lineEnd) throw malformed(text.slice(position, lineEnd))
    const name = fieldName(text.slice(position, colon))
    if (name === undefined) throw malformed(text.slice(position, lineEnd))
    const value = withoutSpace(text, colon + 1, lineEnd)
    if (!isFieldValue(value)) {
      throw new MessageError(400, `The value of the header ${name} has a control character.`)
    }
    if (name === 'transfer-encoding' && hasTab(text, colon + 1, lineEnd)) {
      throw new MessageError(400, 'There is a tab in the Transfer-Encoding.')
    }
    entries.push(name, value)
    if (entries.length > 2 * fieldsMax) {
      throw new MessageError(431, `There are more than ${fieldsMax} headers.`)
    }
    position = lineEnd + 2
  }
  return entries
}

/** Legal around a value, but not read alike by all: Node.js refuses it after `chunked`. */
function hasTab(text: string, from: number, to: number): boolean {
  return text.slice(from, to).includes('\t')
}

function malformed(line: string): MessageError {
  const folded = line.startsWith(' ') || line.startsWith('\t')
  return new MessageError(
    400,
    folded ? 'A header is folded onto a second line.' : 'A header line is malformed.',
  )
}
