import { expressionProbe, openByCharacters } from '../probe.ts'
import { digitsOf } from './check-digits.ts'

const reach = 48

/** Three, three and four digits, as in North America; the area may be in parentheses. */
const american = /^(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}$/
/** With the prefix of a trunk, and parted. */
const national = /^\(?0\d{1,4}\)?[ /.-]\d{2,5}(?:[ .-]?\d{2,5}){1,3}$/

/** Numbers of telephones: international by ITU-T E.164, or in common national forms. */
export const phoneNumber = expressionProbe(
  'PhoneNumber',
  /(?<![\w+.-])(?:\+|00)?\(?\d{1,5}\)?(?:[ ./-]?\(?\d{2,5}\)?){2,5}(?![\w-]|\.\d)/g,
  {
    reach,
    openFrom: openByCharacters(/[\d +()./-]/, reach),
    isOne(match) {
      const { length } = digitsOf(match)
      if (match.startsWith('+')) return length >= 8 && length <= 15
      if (match.startsWith('00')) return length >= 10 && length <= 17
      if (american.test(match)) return true
      return national.test(match) && length >= 9 && length <= 12
    },
  },
)
