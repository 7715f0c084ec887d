import { digitsOf, isLuhn, isVerhoeff, weightedSum } from './check-digits.ts'
import { isDayOfYear, type NationalIdForm } from './national-id-form.ts'

export const nationalIdsOfAsiaAndAfrica: readonly NationalIdForm[] = [
  // India: Aadhaar in groups of four, with the check digit of Verhoeff; PAN of a person.
  { form: /^[2-9]\d{3}([ -])\d{4}\1\d{4}$/, isOne: (match) => isVerhoeff(digitsOf(match)) },
  { form: /^[A-Z]{3}P[A-Z]\d{4}[A-Z]$/ },
  // China: numbers of residents, GB 11643, with the check character of ISO/IEC 7064, MOD 11-2.
  { form: /^[1-9]\d{5}(?:19|20)\d{9}[\dXx]$/, isOne: isResidentOfChina },
  // South Korea: numbers of residents, with a check digit where the person was born before 2020.
  { form: /^\d{6}-\d{7}$/, isOne: isResidentOfKorea },
  // Turkey: two check digits.
  { form: /^[1-9]\d{10}$/, isOne: isTurkish },
  // South Africa: a date, and the check digit of Luhn.
  {
    form: /^\d{10}[012]\d{2}$/,
    isOne: (match) => isDayOfYear(match.slice(2, 4), match.slice(4, 6)) && isLuhn(digitsOf(match)),
  },
]

function isResidentOfChina(match: string): boolean {
  if (!isDayOfYear(match.slice(10, 12), match.slice(12, 14))) return false
  const digits = Array.from(match.slice(0, 17), Number)
  const weights = digits.map((_, index) => 2 ** (17 - index) % 11)
  return '10X98765432'.charAt(weightedSum(digits, weights) % 11) === match.charAt(17).toUpperCase()
}

function isResidentOfKorea(match: string): boolean {
  if (!isDayOfYear(match.slice(2, 4), match.slice(4, 6))) return false
  if (/^[2-9]\d{5}-[3478]/.test(match)) return true
  const digits = digitsOf(match)
  const sum = weightedSum(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])
  return (11 - (sum % 11)) % 10 === digits[12]
}

function isTurkish(match: string): boolean {
  const digits = digitsOf(match)
  const odd = weightedSum(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1])
  const even = weightedSum(digits, [0, 1, 0, 1, 0, 1, 0, 1])
  const sum = weightedSum(digits, Array<number>(10).fill(1))
  return (odd * 7 - even + 100) % 10 === digits[9] && sum % 10 === digits[10]
}
