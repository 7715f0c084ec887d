import { resolvePlainScalar } from './yaml-scalar.ts'

/** Columns after which a text goes on in the next line, where it has a space. */
const width = 80

/** What would be a time if it stood alone. */
const timestamp =
  /^\d{4}-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?)?$/
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const special = /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[\u2028\u2029]/u
const indicatorAtStart = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?:\s|$)|---|\.\.\.)/
const indicatorWithin = /:(?:\s|$)|\s#/

/**
 * A text as Kubernetes' YAML answers write it, in the style that yaml.v2 chooses: plain, else in the
 * quotes that are needed, or as a block if it has several lines.
 *
 * @param indent the number of spaces before what belongs to the text
 * @param column where the text begins in its line
 */
export function yamlString(text: string, indent: number, column: number): string {
  if (text.includes('\n')) {
    const hasBlock = !special.test(text) && !/ (?:\n|$)/.test(text)
    return hasBlock ? blockOf(text, indent) : doubleQuoted(text, indent, column)
  }
  if (isSpecialWord(text) || special.test(text)) return doubleQuoted(text, indent, column)
  const isPlain = !/^ | $/.test(text) && !indicatorAtStart.test(text) && !indicatorWithin.test(text)
  return isPlain
    ? folded(text, indent, column)
    : `'${folded(text.replaceAll("'", "''"), indent, column + 1)}'`
}

/** A text in one line, as keys are. */
export function yamlKey(text: string): string {
  const isLong = text.includes('\n')
  return isLong ? doubleQuoted(text, 0, -Infinity) : yamlString(text, 0, -Infinity)
}

/** Whether it would be read as something else than a text. */
function isSpecialWord(text: string): boolean {
  if (text === '') return true
  return typeof resolvePlainScalar(text) !== 'string' || timestamp.test(text) || base60.test(text)
}

function blockOf(text: string, indent: number): string {
  const hint = text.startsWith(' ') || text.startsWith('\n') ? '2' : ''
  const chomping = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
  const content = chomping === '-' ? text : text.slice(0, -1)
  const lines = content.split('\n').map((line) => (line === '' ? '' : ' '.repeat(indent) + line))
  return `|${hint}${chomping}\n${lines.join('\n')}`
}

/** Breaks lines that are too long at single spaces. */
function folded(text: string, indent: number, column: number): string {
  if (column + text.length <= width) return text
  const characters = Array.from(text)
  let written = ''
  let at = column
  for (const [index, character] of characters.entries()) {
    const isSingle = characters[index - 1] !== ' ' && characters[index + 1] !== ' '
    const isInner = index > 0 && index < characters.length - 1
    if (character === ' ' && at > width && isSingle && isInner) {
      written += `\n${' '.repeat(indent)}`
      at = indent
    } else {
      written += character
      at += 1
    }
  }
  return written
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function doubleQuoted(text: string, indent: number, column: number): string {
  let written = '"'
  let at = column + 1
  const characters = Array.from(text)
  let wasSpace = false
  for (const [index, character] of characters.entries()) {
    const isInner = index > 0 && index < characters.length - 1
    if (character === ' ' && !wasSpace && at > width && isInner) {
      written += `\n${' '.repeat(indent)}${characters[index + 1] === ' ' ? '\\' : ''}`
      at = indent
      wasSpace = true
      continue
    }
    const piece = escaped(character)
    written += piece
    at += piece.length
    wasSpace = character === ' '
  }
  return `${written}"`
}

function escaped(character: string): string {
  const known = escapes[character]
  if (known !== undefined) return known
  if (!special.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  const digits = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}
