/** Tokens of a text by an estimate that costs nothing. */
export function estimatedTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

/** Where a text may be cut, the best places first: after paragraphs, lines, sentences and words. */
const edges = [/(?<=\n\n)/, /(?<=\n)/, /(?<=[.!?。！？]["')\]]?\s)|(?<=[。！？])/u, /(?<=\s)/]

/** Parts of a text, each of at most `maxTokens`, that make the text again when they are joined. */
export function splitText(text: string, maxTokens: number): readonly string[] {
  return splitAt(text, maxTokens, 0)
}

function splitAt(text: string, maxTokens: number, edge: number): readonly string[] {
  if (estimatedTokens(text) <= maxTokens) return [text]
  const separator = edges[edge]
  if (separator === undefined) return splitAnywhere(text, maxTokens)
  const parts = text.split(separator).flatMap((part) => splitAt(part, maxTokens, edge + 1))
  return joined(parts, maxTokens)
}

/** Neighbours are one where they fit. */
function joined(parts: readonly string[], maxTokens: number): readonly string[] {
  const whole: string[] = []
  let current: string[] = []
  let bytes = 0
  for (const part of parts) {
    const more = Buffer.byteLength(part)
    if (bytes > 0 && bytes + more > maxTokens * 4) {
      whole.push(current.join(''))
      current = []
      bytes = 0
    }
    current.push(part)
    bytes += more
  }
  if (bytes > 0) whole.push(current.join(''))
  return whole
}

/** A run without any white space, such as data: no character is cut in two. */
function splitAnywhere(text: string, maxTokens: number): readonly string[] {
  // A code unit has at most three bytes.
  const length = Math.max(2, Math.floor((maxTokens * 4) / 3))
  const parts: string[] = []
  for (let from = 0; from < text.length;) {
    const code = text.charCodeAt(from + length - 1)
    const isHalf = code >= 0xd800 && code < 0xdc00
    const to = from + (isHalf ? length - 1 : length)
    parts.push(text.slice(from, to))
    from = to
  }
  return parts
}

/** The end of a text, of at most so many tokens, from where a sentence or a word begins. */
export function endOfText(text: string, maxTokens: number): string {
  if (maxTokens <= 0) return ''
  const from = Math.max(0, text.length - maxTokens * 4)
  const end = text.slice(from).toWellFormed()
  const sentence = from === 0 ? 0 : end.search(/(?<=[.!?]\s)\S/)
  const start = sentence === -1 ? end.search(/(?<=\s)\S/) : sentence
  const cut = start === -1 ? '' : end.slice(start).trim()
  return estimatedTokens(cut) <= maxTokens ? cut : ''
}
