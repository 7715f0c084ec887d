import type { GuardedText } from './guarded-text.ts'

const literal = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/
const separators = new Set(['{', '}', '[', ']', ',', ':'])
const spaces = new Set([' ', '\t', '\n', '\r'])
/** Escapes of one letter, by the letter. */
const escapes: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])
/** No number that means something is longer. */
const literalMax = 256

/**
 * JSON text on its way through guards, in pieces that are cut anywhere. Each text in it, names too, is
 * looked at as it is without its escapes, and each number as it is spelled; a number in which something
 * is found becomes a text. From where it is no JSON, the rest is looked at as one text.
 */
export class GuardedJson {
  readonly #newText: () => GuardedText
  /** The text that the position is within. */
  #text: GuardedText | undefined
  /** The beginning of an escape in it. */
  #escape = ''
  /** A number or a word, and the space behind it. */
  #bare = ''
  /** What is no JSON. */
  #rest: GuardedText | undefined

  constructor(newText: () => GuardedText) {
    this.#newText = newText
  }

  /** Takes the next piece; what can leave now. */
  push(piece: string): string {
    let left = ''
    let position = 0
    while (position < piece.length) {
      if (this.#rest !== undefined) return left + this.#rest.push(piece.slice(position))
      if (this.#text === undefined) {
        left += this.#outside(piece.charAt(position))
        position += 1
      } else {
        const end = this.#escape === '' ? plainEnd(piece, position) : position
        if (end > position) left += escaped(this.#text.push(piece.slice(position, end)))
        else left += this.#inText(this.#text, piece.charAt(position))
        position = Math.max(end, position + 1)
      }
    }
    return left
  }

  /** Nothing follows: the rest. */
  end(): string {
    if (this.#rest !== undefined) return this.#rest.end()
    if (this.#text !== undefined) return escaped(this.#text.end()) + this.#escape
    if (this.#isLiteral) return this.#endBare()
    const rest = this.#newText()
    return rest.push(this.#bare) + rest.end()
  }

  #outside(character: string): string {
    const isSpace = spaces.has(character)
    if (this.#bare !== '') {
      if (isSpace) {
        this.#bare += character
        return ''
      }
      if (separators.has(character)) {
        return this.#isLiteral ? this.#endBare() + character : this.#noJson(character)
      }
      const followsSpace = spaces.has(this.#bare.at(-1) ?? '')
      if (character === '"' || followsSpace || this.#bare.length >= literalMax) {
        return this.#noJson(character)
      }
      this.#bare += character
      return ''
    }
    if (isSpace || separators.has(character)) return character
    if (character === '"') {
      this.#text = this.#newText()
      return character
    }
    this.#bare = character
    return ''
  }

  #inText(text: GuardedText, character: string): string {
    if (this.#escape !== '') return this.#inEscape(text, character)
    if (character === '\\') {
      this.#escape = character
      return ''
    }
    this.#text = undefined
    return escaped(text.end()) + character
  }

  #inEscape(text: GuardedText, character: string): string {
    this.#escape += character
    if (this.#escape.charAt(1) === 'u' && this.#escape.length < 6) return ''
    const read = readEscape(this.#escape)
    this.#escape = ''
    return escaped(text.push(read))
  }

  get #isLiteral(): boolean {
    const word = this.#bare.trimEnd()
    return word === '' || literal.test(word)
  }

  #endBare(): string {
    const word = this.#bare.trimEnd()
    const space = this.#bare.slice(word.length)
    this.#bare = ''
    if (word === '') return space
    const text = this.#newText()
    const checked = text.push(word) + text.end()
    return (checked === word ? word : JSON.stringify(checked)) + space
  }

  #noJson(next: string): string {
    this.#rest = this.#newText()
    const before = this.#bare
    this.#bare = ''
    return this.#rest.push(before + next)
  }
}

function plainEnd(piece: string, start: number): number {
  let end = start
  while (end < piece.length && piece[end] !== '"' && piece[end] !== '\\') end += 1
  return end
}

function readEscape(escape: string): string {
  const letter = escape.charAt(1)
  if (letter !== 'u') return escapes.get(letter) ?? letter
  const digits = escape.slice(2)
  return /^[\da-fA-F]{4}$/.test(digits) ? String.fromCharCode(Number.parseInt(digits, 16)) : digits
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
