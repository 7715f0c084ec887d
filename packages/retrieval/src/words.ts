import { stopWords } from './stop-words.ts'
import { stem } from './stem.ts'

/** Longer runs are keys, hashes and data, which nobody searches for. */
const longestWord = 64

const ascii = /^[\0-\x7f]*$/
const asciiRuns = /[A-Za-z\d_]+(?:[.,'](?=[A-Za-z\d])[A-Za-z\d_]+)*/g
const plainWord = /^[A-Z]?[a-z]+$/
const runs = /[\p{L}\p{N}\p{M}_]+(?:[.,'’](?=[\p{L}\p{N}])[\p{L}\p{N}\p{M}_]+)*/gu
/** Scripts that are written without spaces, and Hangul, whose words take endings. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu
/** Where the parts of an identifier meet: `maxRetries`, `HTTPServer`, `utf8`. */
const partEdges =
  /_+|[.,'’]|(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u

/**
 * What a text is searched by, in its order: its words in lower case, without accents, the endings of
 * English or what hardly tells texts apart. Identifiers come whole and in parts, numbers as they are
 * written but for thousands' separators, scripts without spaces in pairs of characters.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  const isAscii = ascii.test(text)
  const plain = isAscii ? text : unaccented(text)
  for (const [run] of plain.matchAll(isAscii ? asciiRuns : runs)) {
    if (run.length > longestWord * 2) continue
    // Most are, and need not be taken apart.
    if (plainWord.test(run)) addWord(run.toLowerCase(), words)
    else if (!ascii.test(run) && run.search(unspaced) !== -1) addMixed(run, words)
    else addRun(run, words)
  }
  return words
}

/** Marks of Latin, Greek and Cyrillic go; those that other scripts spell with stay. */
function unaccented(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
}

function addMixed(run: string, words: string[]): void {
  let from = 0
  for (const { 0: part, index } of run.matchAll(unspaced)) {
    addRun(run.slice(from, index), words)
    addPairs(part, words)
    from = index + part.length
  }
  addRun(run.slice(from), words)
}

function addPairs(text: string, words: string[]): void {
  const characters = Array.from(text)
  if (characters.length === 1) words.push(text)
  for (let at = 0; at + 1 < characters.length; at++) {
    words.push(`${characters[at]}${characters[at + 1]}`)
  }
}

function addRun(run: string, words: string[]): void {
  if (/^\d/.test(run) && /^[\d.,]+$/.test(run)) {
    addWord(run.replaceAll(',', ''), words)
    return
  }
  const parts = run.split(partEdges).filter((part) => part !== '')
  if (parts.length > 1) {
    const whole = parts.join('').toLowerCase()
    // What has an apostrophe is no identifier, and its whole no word.
    if (!/['’]/.test(run)) addWord(whole, words)
  }
  for (const part of parts) addWord(part.toLowerCase(), words)
}

function addWord(word: string, words: string[]): void {
  if (word.length > longestWord || stopWords.has(word)) return
  // A letter alone tells nothing, a digit may.
  if (word.length === 1 && /[a-z]/.test(word)) return
  words.push(stem(word))
}
