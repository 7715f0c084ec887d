import { expressionProbe, openByCharacters } from '../probe.ts'
import { digitsOf } from './digits.ts'

const reach = 24

interface Form {
  readonly form: RegExp
  readonly isOne: (match: string) => boolean
}

const always = () => true

const forms: readonly Form[] = [
  // United States: Social Security Numbers as the SSA gives them.
  { form: /^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/, isOne: always },
  // United Kingdom: National Insurance numbers, HMRC NIM39110.
  {
    form: /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]$/,
    isOne: always,
  },
  // Brazil: CPF, with two check digits modulo 11.
  { form: /^\d{3}\.\d{3}\.\d{3}-\d{2}$/, isOne: isCpf },
  // Spain: DNI and NIE, with a check letter modulo 23.
  { form: /^[XYZ\d]-?\d{7}-?[A-Z]$/, isOne: isDni },
  // Italy: the form of a codice fiscale, and its check character.
  { form: /^[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/, isOne: isCodiceFiscale },
]

/** Numbers that states give to persons, by their form and check digits. */
export const nationalId = expressionProbe(
  'NationalId',
  /(?<![\w.-])(?:\d{3}-\d{2}-\d{4}|[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]|\d{3}\.\d{3}\.\d{3}-\d{2}|[XYZ\d]-?\d{7}-?[A-Z]|[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z])(?![\w-])/g,
  {
    reach,
    openFrom: openByCharacters(/[\w .-]/, reach),
    isOne: (match) => forms.some(({ form, isOne }) => form.test(match) && isOne(match)),
  },
)

function isCpf(match: string): boolean {
  const digits = digitsOf(match)
  if (digits.every((digit) => digit === digits[0])) return false
  return [9, 10].every((length) => {
    const sum = digits
      .slice(0, length)
      .reduce((total, digit, index) => total + digit * (length + 1 - index), 0)
    return ((sum * 10) % 11) % 10 === digits[length]
  })
}

function isDni(match: string): boolean {
  const plain = match.replaceAll('-', '')
  const first = 'XYZ'.indexOf(plain.charAt(0))
  const number = Number(first === -1 ? plain.slice(0, 8) : `${first}${plain.slice(1, 8)}`)
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(number % 23) === plain.charAt(8)
}

const oddValues = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]

function isCodiceFiscale(match: string): boolean {
  let sum = 0
  for (const [index, character] of match.slice(0, 15).split('').entries()) {
    const value = Number.parseInt(character, 36)
    const place = value > 9 ? value - 10 : value
    sum += index % 2 === 0 ? (oddValues[place] ?? 0) : place
  }
  return String.fromCharCode(65 + (sum % 26)) === match.charAt(15)
}
