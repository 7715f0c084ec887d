/** A text reduced to what is compared. */
export interface NormalisedText {
  /** What two spellings of the same message have in common. White space is left out. */
  readonly text: string
  /** What clients add, change or strip, in order: citation marks, thinking, query strings. */
  readonly decoration: string
}

/**
 * What the application said: composed (NFC), without white space and invisible characters, and
 * without the query strings of URLs, which change with every signature. Linear in the text.
 */
export function normalisedQuestion(text: string): NormalisedText {
  const decoration: string[] = []
  const plain = withoutQueries(composed(text), decoration)
  return { text: withoutSpace(plain), decoration: decoration.join('\n') }
}

/**
 * What the model said: as `normalisedQuestion`, and without thinking, citation marks, the targets
 * of links and an ellipsis at its end. Linear in the text.
 */
export function normalisedAnswer(text: string): NormalisedText {
  const decoration: string[] = []
  const spoken = withoutThinking(composed(text), decoration)
  const plain = withoutSpace(withoutQueries(spoken, decoration))
  const bare = withoutEllipsis(withoutMarks(plain, decoration), decoration)
  return { text: bare, decoration: decoration.join('\n') }
}

/** The text with white space collapsed: what must be equal for a question to be the very same. */
export function collapsedText(text: string): string {
  return composed(text)
    .replace(invisible, '')
    .replace(/\s\s+|[^\S ]/gu, ' ')
    .trim()
}

/** Zero-width characters, soft hyphens and direction marks. */
const invisible = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/gu

const spaceOrInvisible = /[\s\p{Cc}\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]+/gu

const beyondLatin1 = /[\u0100-\u{10FFFF}]/u

/** More marks on one letter than any language has. */
const rowOfMarks = /\p{M}{32}/gu

/**
 * The text in NFC. To sort the marks of one letter takes quadratic time, so a longer row of them is
 * composed in parts.
 */
function composed(text: string): string {
  if (!beyondLatin1.test(text)) return text
  let parts = ''
  let from = 0
  for (const { 0: row, index } of text.matchAll(rowOfMarks)) {
    const to = index + row.length
    parts += text.slice(from, to).normalize('NFC')
    from = to
  }
  return parts + text.slice(from).normalize('NFC')
}

function withoutSpace(text: string): string {
  return beyondLatin1.test(text) ? text.replace(spaceOrInvisible, '') : withoutLatin1Space(text)
}

/** The same for most texts, in a third of the time: every message of a long body passes here. */
function withoutLatin1Space(text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  let length = 0
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0
    if (byte > 0x20 && (byte < 0x7f || byte > 0xa0) && byte !== 0xad) bytes[length++] = byte
  }
  return bytes.toString('latin1', 0, length)
}

function withoutQueries(text: string, removed: string[]): string {
  if (!text.includes('://')) return text
  return text.replace(/https?:\/\/[^\s<>"'()[\]]+/gu, (url) => withoutQuery(url, removed))
}

/** A URL without its query string, which is added to `removed`. */
export function withoutQuery(url: string, removed: string[]): string {
  const query = url.indexOf('?')
  if (query === -1) return url
  removed.push(url.slice(query))
  return url.slice(0, query)
}

const thinkingTags =
  /<(?:think|thinking|thought|reasoning)>|<details type="reasoning"[^<>]*>|<\/(?:think|thinking|thought|reasoning|details)>/gu

/**
 * Removes blocks of thinking as models write them into their text. One without an end takes the
 * rest; an end without a beginning, which some templates leave out, takes all before it.
 */
function withoutThinking(text: string, removed: string[]): string {
  if (!text.includes('<')) return text
  let kept = ''
  let from = 0
  let thinkingFrom: number | undefined
  let seenEnd = false
  for (const { 0: tag, index } of text.matchAll(thinkingTags)) {
    const end = index + tag.length
    if (!tag.startsWith('</')) {
      if (thinkingFrom !== undefined) continue
      kept += text.slice(from, index)
      thinkingFrom = index
    } else if (thinkingFrom !== undefined) {
      removed.push(withoutSpace(text.slice(thinkingFrom, end)))
      thinkingFrom = undefined
      from = end
    } else if (!seenEnd && kept === '' && tag !== '</details>') {
      removed.push(withoutSpace(text.slice(from, end)))
      from = end
    }
    seenEnd ||= tag.startsWith('</')
  }
  if (thinkingFrom === undefined) return kept + text.slice(from)
  removed.push(withoutSpace(text.slice(thinkingFrom)))
  return kept
}

/** `[1]`, `[1, 2]`, `[^note]`, `【4:0†source】`, each with the target of its link if it has one. */
const marks =
  /(?:\[\^?\d[\d,–-]{0,30}\]|\[\^[^[\]()^]{1,64}\])(?:\([^()"]*(?:"[^"()]*")?\))?|【[^【】]*】/gu

/** `[words](target)`: the words stay. */
const links = /\[([^[\]()]*)\]\([^()"]*(?:"[^"()]*")?\)/gu

function withoutMarks(text: string, removed: string[]): string {
  if (!text.includes('[') && !text.includes('【')) return text
  return text
    .replace(marks, (mark) => {
      removed.push(mark)
      return ''
    })
    .replace(links, (link, words: string) => {
      removed.push(link.slice(words.length))
      return words
    })
}

function withoutEllipsis(text: string, removed: string[]): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '.' || text[end - 1] === '…')) end -= 1
  const tail = text.slice(end)
  if (!tail.includes('…') && tail.length < 3) return text
  removed.push(tail)
  return text.slice(0, end)
}
