import { expressionProbe, openByCharacters } from '../probe.ts'
import { digitsOf, isLuhn } from './check-digits.ts'

/** Nineteen digits, a separator between any two, and what borders look at. */
const reach = 44

/** The beginnings of the numbers of issuers, with how long they are, ISO/IEC 7812-1. */
const issuers: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]],
  [/^3(?:0[0-5]|[689])/, [14, 16, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:5[0678]|6304|67)/, [12, 13, 14, 15, 16, 17, 18, 19]],
]

/** Numbers of payment cards: an issuer's beginning and length, and the check digit of Luhn. */
export const creditCard = expressionProbe(
  'CreditCard',
  /(?<![A-Za-z\d.])(?<!\d[ -])\d(?:[ -]?\d){11,18}(?![ -]?\d)/g,
  {
    reach,
    openFrom: openByCharacters(/[\d -]/, reach),
    isOne(match) {
      const digits = digitsOf(match)
      const number = digits.join('')
      const isIssued = issuers.some(
        ([prefix, lengths]) => prefix.test(number) && lengths.includes(number.length),
      )
      return isIssued && isLuhn(digits)
    },
  },
)
