/** What a source says of one exported thing. */
interface Declaration {
  /** The text of its doc comment; empty if it has none. */
  readonly comment: string
  /** Its signature, of a class with those of its public members. */
  readonly signature: string
}

/**
 * Finds the declaration of an exported name in a source that Prettier has formatted: what belongs
 * to a declaration is indented, and its last line is not.
 * @throws Error when the source does not declare it
 */
export function declarationOf(name: string, source: string): Declaration {
  const lines = source.split('\n')
  const declares = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:async )?(?:class|function\\*?|interface|const|let|type) ${name}\\b`,
  )
  const passesOn = new RegExp(`^export (?:type )?\\{.*\\b${name}\\b.*\\} from `)
  const start = lines.findIndex((line) => declares.test(line) || passesOn.test(line))
  if (start < 0) throw new Error(`the source does not declare ${name}`)
  const end = lines.findIndex((_, index) => index >= start && !continues(lines, index))
  const text = lines.slice(start, end + 1)
  return { comment: commentBefore(lines, start), signature: signatureOf(text) }
}

/** Whether the declaration goes on after this line. */
function continues(lines: readonly string[], index: number): boolean {
  const next = lines[index + 1] ?? ''
  if (/^ {2,}\S/.test(next) || /^[})\]>]/.test(next)) return true
  return next === '' && /^ {2,}\S/.test(lines[index + 2] ?? '')
}

function commentBefore(lines: readonly string[], start: number): string {
  if (lines[start - 1]?.endsWith('*/') !== true) return ''
  const first = lines.findLastIndex((line, index) => index < start && line.startsWith('/**'))
  return lines
    .slice(first, start)
    .map((line) => line.replace(/^\/\*\* ?|^ ?\*\/$| ?\*\/$|^ \* ?/g, ''))
    .join('\n')
    .trim()
}

function signatureOf(text: readonly string[]): string {
  const head = text[0] ?? ''
  if (/^export (?:abstract )?class /.test(head)) return classSignature(text)
  if (/^export (?:async )?function\*? /.test(head)) return withoutBody(text, '').join('\n')
  if (head.startsWith('export const ')) return head.replace(/ = .*/, '')
  return text.join('\n')
}

/** A class with its public members, without what these do. */
function classSignature(text: readonly string[]): string {
  const bodyAt = text.findIndex((line) => line.endsWith('{'))
  const members: string[][] = []
  let current: string[] = []
  for (const line of text.slice(bodyAt + 1, -1)) {
    const begins = /^ {2}[^ })\]]/.test(line) && !isComment(current.at(-1))
    if (begins && current.length > 0) members.push(current)
    if (begins) current = []
    if (line !== '') current.push(line)
  }
  members.push(current)
  const shown = members.filter(isPublic).flatMap((member) => withoutBody(member, '  '))
  return [...text.slice(0, bodyAt + 1), ...shown, '}'].join('\n')
}

function isComment(line: string | undefined): boolean {
  return line !== undefined && /^ {2}(?:\/\*\*| \*|\/\/)/.test(line)
}

function isPublic(member: readonly string[]): boolean {
  const head = member.find((line) => !isComment(line))
  return (
    head !== undefined &&
    !/^ {2}(?:static )?(?:readonly |async |get |set )*(?:#|private )/.test(head)
  )
}

/** Up to the brace in which the body begins, the first at the end of a line that is not deeper. */
function withoutBody(member: readonly string[], indent: string): string[] {
  const shallow = new RegExp(`^${indent}\\S.*\\{$`)
  const at = member.findIndex(
    (line) => !isComment(line) && shallow.test(line) && !/[:=(<,] \{$|\(\{$/.test(line),
  )
  if (at < 0) return member.map((line) => line.replace(/ (?:= .*|\{\})$/, ''))
  return [...member.slice(0, at), (member[at] ?? '').replace(/ \{$/, '')]
}
