/**
 * A string in double quotes as in the API server's messages (Go's `%q`): printable characters are
 * kept, others are escaped.
 */
export function goQuote(text: string): string {
  let quoted = ''
  for (const character of text) quoted += escapes.get(character) ?? escapeUnprintable(character)
  return `"${quoted}"`
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\v', '\\v'],
  ['\x07', '\\a'],
])

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

function escapeUnprintable(character: string): string {
  if (printable.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return '\\x' + code.toString(16).padStart(2, '0')
  if (code <= 0xffff) return '\\u' + code.toString(16).padStart(4, '0')
  return '\\U' + code.toString(16).padStart(8, '0')
}
