/** A text, and what should be found in it. */
export interface LabelledText {
  readonly text: string
  readonly spans: readonly { readonly start: number; readonly end: number }[]
}

/**
 * The texts of a set by the heading that they stand under. A line is a text: `«…»` marks what should be
 * found, a leading `+ ` or `- ` says of a whole line whether anything should. `\n` is a line break, and
 * `{{36}}` stands for so many characters of a key, so that no set holds what looks like one: `A16` has
 * capitals and digits, `a34` letters, `h64` hexadecimal digits.
 */
export function parseLabelledTexts(set: string): ReadonlyMap<string, readonly LabelledText[]> {
  const byHeading = new Map<string, LabelledText[]>()
  let current: LabelledText[] = []
  for (const line of set.split('\n')) {
    if (line.startsWith('# ')) {
      current = []
      byHeading.set(line.slice(2), current)
    } else if (line !== '') {
      current.push(labelledText(line))
    }
  }
  return byHeading
}

function labelledText(line: string): LabelledText {
  const written = line
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll(/\{\{([Aah]?)(\d+)\}\}/g, (_, kind: string, length: string) =>
      keyCharacters(kind, Number(length)),
    )
  if (written.startsWith('+ ')) {
    const text = written.slice(2)
    return { text, spans: [{ start: 0, end: text.length }] }
  }
  const marked = written.startsWith('- ') ? written.slice(2) : written
  const spans: { start: number; end: number }[] = []
  let text = ''
  for (const part of marked.split(/(«[^»]*»)/)) {
    const start = text.length
    text += part.startsWith('«') ? part.slice(1, -1) : part
    if (part.startsWith('«')) spans.push({ start, end: text.length })
  }
  return { text, spans }
}

const alphabets: Readonly<Record<string, string>> = {
  '': 'aB3dE5gH7jK9mN2pQ4sT6vW8xYz0rLcFu1',
  A: 'QX7ZK2MB5RT3WN6H',
  a: 'qXzKmBrTwNhYcJvD',
  h: '3fa85c1e07d9b264',
}

function keyCharacters(kind: string, length: number): string {
  const alphabet = alphabets[kind] ?? ''
  return Array.from({ length }, (_, index) =>
    alphabet.charAt((index * 7 + Math.floor(index / 5)) % alphabet.length),
  ).join('')
}
