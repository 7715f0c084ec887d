import { type BodyMember, type BodyOutline, noUniqueFields, outlineBody } from './outline-body.ts'

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
 * Assumes that `body` is a valid JSON object in UTF-8, which the caller has already parsed, and that
 * `outline` is its outline.
 */
export function spliceTopLevel(
  body: Uint8Array,
  edits: TopLevelEdits,
  outline: BodyOutline = outlineBody(body, noUniqueFields),
): Uint8Array {
  const remove = new Set(edits.remove)
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const { members, start } = outline
  const set = new Map([
    ...Object.entries(edits.set ?? {}),
    ...prependedLists(edits.prepend ?? {}, members, bytes),
  ])
  const written = new Set<string>()
  const pieces: Uint8Array[] = []
  let kept = 0
  let copiedTo = start
  pieces.push(bytes.subarray(0, start))
  for (const member of members) {
    const value = set.get(member.name)
    const gone = value === undefined ? remove.has(member.name) : written.has(member.name)
    if (gone) {
      copiedTo = member.end
      continue
    }
    // The comma before the first kept member is removed with the members before it.
    if (kept === 0 && member !== members[0]) copiedTo = member.nameStart
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
  pieces.push(bytes.subarray(members.at(-1)?.end ?? start))
  return Buffer.concat(pieces)
}

/**
 * The new text of each list that entries are prepended to; of a duplicate field, the last counts.
 */
function prependedLists(
  prepend: Readonly<Record<string, readonly string[]>>,
  members: readonly BodyMember[],
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
