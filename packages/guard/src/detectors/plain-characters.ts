import type { Probe } from '../probe.ts'

/** The zeros of other digits: full-width, Arabic, Persian, Devanagari, Bengali, Thai. */
const zeros = [0xff10, 0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50]

/** Spaces that are not broken, are thin or as wide as an ideograph; hyphens, dashes, the minus. */
const spaces = '\\u00a0\\u2007-\\u200a\\u202f\\u205f\\u3000'
const dashes = '\\u2010-\\u2015\\u2212'
const digits = zeros.map((zero) => `${hex(zero)}-${hex(zero + 9)}`).join('')

const unusual = new RegExp(`[${spaces}${dashes}${digits}\\uff01-\\uff5e]`, 'g')
const space = new RegExp(`[${spaces}]`)
const dash = new RegExp(`[${dashes}]`)

/**
 * A probe that reads digits, spaces, hyphens and full-width characters as those of ASCII: numbers are
 * copied from pages that are set with them. A character stays one, so that places stay where they are.
 */
export function readingPlainCharacters(probe: Probe): Probe {
  let last = ''
  let plain = ''
  const plainOf = (text: string): string => {
    // Asked again behind each finding, of which there may be many in a text.
    if (text !== last) plain = text.replaceAll(unusual, plainCharacter)
    last = text
    return plain
  }
  return {
    ...probe,
    next: (text, from) => probe.next(plainOf(text), from),
    openFrom: (text, from) => probe.openFrom(plainOf(text), from),
  }
}

function plainCharacter(character: string): string {
  if (space.test(character)) return ' '
  if (dash.test(character)) return '-'
  const code = character.charCodeAt(0)
  const zero = zeros.find((start) => code >= start && code <= start + 9)
  return zero === undefined ? String.fromCharCode(code - 0xfee0) : String(code - zero)
}

function hex(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}
