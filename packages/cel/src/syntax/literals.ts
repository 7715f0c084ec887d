/** The text of a string literal: quotes and prefix removed, escapes resolved. */
export function stringValue(literal: string): string {
  const { body, isRaw } = bodyOf(literal)
  if (isRaw || !body.includes('\\')) return body
  return body.replace(escapes, (escape: string) => {
    const code = codeOf(escape)
    return code === undefined ? (named.get(escape[1] ?? '') ?? '') : characterOf(code)
  })
}

/** The bytes of a bytes literal without its prefix: escapes of one byte stand for that byte. */
export function bytesValue(literal: string): Uint8Array {
  const { body, isRaw } = bodyOf(literal)
  const encoder = new TextEncoder()
  if (isRaw) return encoder.encode(body)
  const parts: Uint8Array[] = []
  let position = 0
  for (const match of body.matchAll(escapes)) {
    parts.push(encoder.encode(body.slice(position, match.index)))
    const code = codeOf(match[0])
    if (code === undefined) parts.push(encoder.encode(named.get(match[0][1] ?? '') ?? ''))
    else parts.push(Uint8Array.of(code & 0xff))
    position = match.index + match[0].length
  }
  parts.push(encoder.encode(body.slice(position)))
  return joined(parts)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let position = 0
  for (const part of parts) {
    bytes.set(part, position)
    position += part.length
  }
  return bytes
}

const escapes =
  /\\(?:[abfnrtv"'\\?`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/g

const named: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['?', '?'],
  ['`', '`'],
])

function bodyOf(literal: string): { readonly body: string; readonly isRaw: boolean } {
  const text = literal.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  const isRaw = /^[rR]/.test(text)
  const quoted = isRaw ? text.slice(1) : text
  const width = quoted.length >= 6 && /^(?:"""|''')/.test(quoted) ? 3 : 1
  return { body: quoted.slice(width, quoted.length - width), isRaw }
}

/** The number in a numeric escape. */
function codeOf(escape: string): number | undefined {
  if (/^\\[xXuU]/.test(escape)) return Number.parseInt(escape.slice(2), 16)
  return /^\\[0-3]/.test(escape) ? Number.parseInt(escape.slice(1), 8) : undefined
}

function characterOf(code: number): string {
  return code > 0x10_ffff ? '\ufffd' : String.fromCodePoint(code)
}
