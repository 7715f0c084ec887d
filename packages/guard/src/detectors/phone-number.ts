import { expressionProbe, openByCharacters } from '../probe.ts'
import { digitsOf } from './check-digits.ts'

const reach = 64

/** Three, three and four digits, as in North America; the area may be in parentheses. */
const american = /^(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}$/
/** With the prefix of a trunk, and parted. */
const national = /^\(?0\d{1,4}\)?[ /.-]\d{2,5}(?:[ .-]?\d{2,5}){1,3}$/
/** With the area in parentheses. */
const area = /^\(0?[1-9]\d{1,4}\) ?\d{3,5}(?:[ .-]?\d{2,4}){0,2}$/
/** Three, four and four digits: mobile ones of China. */
const chinese = /^1[3-9]\d[ -]\d{4}[ -]\d{4}$/

/** Numbers of telephones: international by ITU-T E.164, or in common national forms. */
export const phoneNumber = expressionProbe(
  'PhoneNumber',
  /(?<![\w+.-])(?:\+(?:[ ./-]?\(?\d\)?){8,17}|(?<!\d[ ./])00(?:[ ./-]?\(?\d\)?){8,17}|(?<!\d[ ./])\(?\d{1,5}\)?(?:[ ./-]?\(?\d{2,5}\)?){1,5})(?![\w-]|\.\d)/g,
  {
    reach,
    openFrom: openByCharacters(/[\d +()./-]/, reach),
    isOne(match) {
      const { length } = digitsOf(match)
      if (match.startsWith('+')) return length >= 8 && length <= 16
      if (match.startsWith('00')) return length >= 10 && length <= 17
      if (american.test(match) || chinese.test(match)) return true
      if (area.test(match)) return length >= 7 && length <= 12
      return national.test(match) && length >= 9 && length <= 13
    },
  },
)
