/** Something wrong with an expression, and where. */
export interface Issue {
  readonly message: string
  /** In the text, in UTF-16 units; undefined for what has no place. */
  readonly offset: number | undefined
}

/** How many issues are shown, as in cel-go. */
const shownMax = 100

/** A line that is longer is not shown. */
const lineLengthMax = 16_384

/** Thrown for a text that is not valid CEL, or uses names and types wrongly. */
export class ExpressionError extends Error {
  override name = 'ExpressionError'
  readonly issues: readonly Issue[]

  /** @param source the text, which the message quotes */
  constructor(issues: readonly Issue[], source: string) {
    super(displayIssues(issues, source))
    this.issues = issues
  }
}

/** All issues in the order of their places, each with its line of the text, as cel-go prints them. */
function displayIssues(issues: readonly Issue[], source: string): string {
  const placed = issues
    .map((issue) => ({ issue, ...placeOf(issue, source) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
  const shown = placed
    .slice(0, shownMax)
    .map(({ issue, line, column }) => display(issue.message, source, line, column))
  const hidden = placed.length - shown.length
  if (hidden > 0) shown.push(`${hidden} more errors were truncated`)
  return shown.join('\n')
}

/** Where an offset is: lines from 1 on, columns from 0 on, in code points. */
export function placeOf(
  { offset }: Pick<Issue, 'offset'>,
  source: string,
): { readonly line: number; readonly column: number } {
  if (offset === undefined) return { line: -1, column: -1 }
  const lines = source.slice(0, offset).split('\n')
  return { line: lines.length, column: Array.from(lines.at(-1) ?? '').length }
}

function display(message: string, source: string, line: number, column: number): string {
  const start = `ERROR: <input>:${line}:${column + 1}: ${message}`
  const text = line < 1 ? undefined : source.split('\n')[line - 1]
  if (text === undefined || text.length > lineLengthMax) return start
  const snippet = text.replaceAll('\t', ' ')
  const characters = Array.from(snippet)
  const dots = characters.slice(0, column).map((each) => (isWide(each) ? '\uff0e' : '.'))
  const indicator = isWide(characters[column] ?? '') ? '\uff3e' : '^'
  return `${start}\n | ${snippet}\n | ${dots.join('')}${indicator}`
}

function isWide(character: string): boolean {
  return (character.codePointAt(0) ?? 0) > 0x7f
}
