/** Around what differs, so that the place is found. */
const contextLines = 2

/**
 * How a text differs from what it should be: the lines from the first that differs to the last, those
 * that are there behind `-`, those that should be behind `+`.
 */
export function difference(
  path: string,
  actual: string | undefined,
  expected: string | undefined,
): string {
  if (actual === undefined) return `${path}: is missing\n`
  if (expected === undefined) return `${path}: is no longer made\n`
  const [is, should] = [actual.split('\n'), expected.split('\n')]
  const shorter = Math.min(is.length, should.length)
  let start = 0
  while (start < shorter && is[start] === should[start]) start += 1
  let end = 0
  while (end < shorter - start && is.at(-1 - end) === should.at(-1 - end)) end += 1
  const from = Math.max(0, start - contextLines)
  const marked = (mark: string, lines: readonly string[]) => lines.map((line) => `${mark}${line}\n`)
  return [
    `${path}: differs from line ${start + 1}\n`,
    ...marked(' ', is.slice(from, start)),
    ...marked('-', is.slice(start, is.length - end)),
    ...marked('+', should.slice(start, should.length - end)),
    ...marked(' ', is.slice(is.length - end, is.length - end + contextLines)),
  ].join('')
}
