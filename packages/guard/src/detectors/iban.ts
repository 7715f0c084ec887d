import { openByCharacters, type Probe } from '../probe.ts'

/** How long an IBAN is, by country: the registry of ISO 13616. */
const lengths: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MR: 27,
  MT: 31,
  MU: 30,
  NL: 18,
  NO: 15,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  SA: 24,
  SC: 31,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
}

/** With a space behind every character at most, and what borders look at. */
const reach = 34 * 2 + 2

const head = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/

/** Numbers of bank accounts: as long as their country says, and 1 modulo 97, ISO 13616. */
export const iban: Probe = {
  detector: 'IBAN',
  reach,
  openFrom: openByCharacters(/[A-Za-z0-9 ]/, reach),
  next(text, from) {
    const heads = new RegExp(head, 'g')
    heads.lastIndex = from
    for (let match = heads.exec(text); match !== null; match = heads.exec(text)) {
      const end = endOf(text, match.index)
      if (end !== undefined) return { start: match.index, end }
    }
    return undefined
  },
}

function endOf(text: string, start: number): number | undefined {
  const length = lengths[text.slice(start, start + 2).toUpperCase()]
  if (length === undefined) return undefined
  let number = ''
  let position = start
  while (number.length < length) {
    const character = text.charAt(position)
    if (/[A-Za-z0-9]/.test(character)) number += character
    else if (character !== ' ' || text.charAt(position - 1) === ' ') return undefined
    position += 1
  }
  const isWhole = !/[A-Za-z0-9]/.test(text.charAt(position))
  return isWhole && rest97(number) === 1 ? position : undefined
}

function rest97(number: string): number {
  let rest = 0
  for (const character of (number.slice(4) + number.slice(0, 4)).toUpperCase()) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}
