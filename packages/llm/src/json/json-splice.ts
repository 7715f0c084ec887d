import { isSpace, skipSpace } from './skip-space.ts'

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c
const colon = 0x3a

export interface TopLevelEdits {
  /** Values as JSON text, by field name. Absent fields are added at the end. */
  readonly set?: Readonly<Record<string, string>>
  readonly remove?: readonly string[]
  /**
   * JSON texts to put in front of the entries of a list, by field name. An absent or null field
   * becomes a list of them.
   */
  readonly prepend?: Readonly<Record<string, readonly string[]>>
}

/**
 * Edits top-level fields of a JSON object without re-encoding the rest: every byte outside the
 * edited fields is kept, so a pass-through preserves the spelling of numbers, key order and unknown
 * fields. A duplicate field is set once, at its first place, and its other occurrences are removed.
 * Assumes that `body` is a valid JSON object in UTF-8, which the caller has already parsed.
 */
export function spliceTopLevel(body: Uint8Array, edits: TopLevelEdits): Uint8Array {
  const remove = new Set(edits.remove)
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const members = readMembers(bytes)
  const set = new Map([
    ...Object.entries(edits.set ?? {}),
    ...prependedLists(edits.prepend ?? {}, members.list, bytes),
  ])
  const written = new Set<string>()
  const pieces: Uint8Array[] = []
  let kept = 0
  let copiedTo = members.start
  pieces.push(bytes.subarray(0, members.start))
  for (const member of members.list) {
    const value = set.get(member.name)
    const gone = value === undefined ? remove.has(member.name) : written.has(member.name)
    if (gone) {
      copiedTo = member.end
      continue
    }
    // The comma before the first kept member is removed with the members before it.
    if (kept === 0 && member !== members.list[0]) copiedTo = member.nameStart
    if (value === undefined) {
      pieces.push(bytes.subarray(copiedTo, member.end))
    } else {
      written.add(member.name)
      pieces.push(bytes.subarray(copiedTo, member.valueStart), Buffer.from(value))
    }
    copiedTo = member.end
    kept += 1
  }
  for (const [name, value] of set) {
    if (written.has(name)) continue
    pieces.push(Buffer.from(`${kept === 0 ? '' : ','}${JSON.stringify(name)}:${value}`))
    kept += 1
  }
  pieces.push(bytes.subarray(members.list.at(-1)?.end ?? members.start))
  return Buffer.concat(pieces)
}

/**
 * The new text of each list that entries are prepended to; of a duplicate field, the last counts.
 */
function prependedLists(
  prepend: Readonly<Record<string, readonly string[]>>,
  members: readonly Member[],
  bytes: Buffer,
): [string, string][] {
  return Object.entries(prepend).map(([name, entries]) => {
    const member = members.findLast((candidate) => candidate.name === name)
    const text = member === undefined ? '' : bytes.toString('utf8', member.valueStart, member.end)
    const listed = text.startsWith('[') ? text.slice(1, -1) : ''
    const present = listed.trim() === '' ? [] : [listed]
    return [name, `[${[...entries, ...present].join(',')}]`]
  })
}

interface Member {
  readonly name: string
  readonly nameStart: number
  readonly valueStart: number
  /** Just after the value. */
  readonly end: number
}

function readMembers(bytes: Buffer): { readonly start: number; readonly list: Member[] } {
  const start = bytes.indexOf(openBrace) + 1
  const list: Member[] = []
  // One character per byte, so positions in the text are positions in the bytes; searching a string
  // is several times faster than searching a buffer if strings are short or full of escapes.
  const text = bytes.toString('latin1')
  let position = skipSpace(text, start)
  while (position < text.length && text.charCodeAt(position) !== closeBrace) {
    const nameStart = position
    const nameEnd = stringEnd(text, position)
    const name: unknown = JSON.parse(bytes.toString('utf8', nameStart, nameEnd))
    position = skipSpace(text, nameEnd)
    if (text.charCodeAt(position) !== colon) break
    const valueStart = skipSpace(text, position + 1)
    const end = valueEnd(text, valueStart)
    list.push({ name: String(name), nameStart, valueStart, end })
    position = skipSpace(text, end)
    if (text.charCodeAt(position) === comma) position = skipSpace(text, position + 1)
  }
  return { start, list }
}

/** Just after the closing quote of the string that starts at `from`. */
function stringEnd(text: string, from: number): number {
  let position = text.indexOf('"', from + 1)
  while (position !== -1) {
    let slashes = 0
    while (text.charCodeAt(position - 1 - slashes) === backslash) slashes += 1
    if (slashes % 2 === 0) return position + 1
    position = text.indexOf('"', position + 1)
  }
  return text.length
}

function valueEnd(text: string, from: number): number {
  const first = text.charCodeAt(from)
  if (first === quote) return stringEnd(text, from)
  if (first === openBrace || first === openBracket) return containerEnd(text, from)
  let position = from
  while (position < text.length && !endsScalar(text.charCodeAt(position))) position += 1
  return position
}

function endsScalar(byte: number): boolean {
  return byte === comma || byte === closeBrace || isSpace(byte)
}

function containerEnd(text: string, from: number): number {
  let depth = 0
  let position = from
  while (position < text.length) {
    const byte = text.charCodeAt(position)
    if (byte === quote) {
      position = stringEnd(text, position)
      continue
    }
    position += 1
    if (byte === openBrace || byte === openBracket) depth += 1
    else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1
      if (depth === 0) return position
    }
  }
  return position
}
