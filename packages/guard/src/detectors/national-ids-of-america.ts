import { digitsOf, isLuhn, weightedSum } from './check-digits.ts'
import { isDayOfYear, type NationalIdForm } from './national-id-form.ts'

export const nationalIdsOfAmerica: readonly NationalIdForm[] = [
  // United States: Social Security Numbers as the SSA gives them.
  { form: /^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/ },
  // Canada: Social Insurance Numbers, with the check digit of Luhn.
  { form: /^[1-79]\d{2}([ -])\d{3}\1\d{3}$/, isOne: (match) => isLuhn(digitsOf(match)) },
  // Brazil: CPF, and CNPJ of traders, with two check digits modulo 11 each.
  { form: /^\d{3}\.\d{3}\.\d{3}-\d{2}$/, isOne: isCpf },
  { form: /^\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}$/, isOne: isCnpj },
  // Mexico: CURP, with a check digit modulo 10.
  { form: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d$/, isOne: isCurp },
  // Chile: RUT, with a check character modulo 11.
  { form: /^\d{1,2}\.\d{3}\.\d{3}-[\dK]$/, isOne: isRut },
]

function isCpf(match: string): boolean {
  const digits = digitsOf(match)
  if (digits.every((digit) => digit === digits[0])) return false
  return [9, 10].every((length) => {
    const weights = Array.from({ length }, (_, index) => length + 1 - index)
    return ((weightedSum(digits, weights) * 10) % 11) % 10 === digits[length]
  })
}

const cnpjWeights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]

function isCnpj(match: string): boolean {
  const digits = digitsOf(match)
  return [12, 13].every((length) => {
    const sum = weightedSum(digits, cnpjWeights.slice(13 - length))
    return ((sum * 10) % 11) % 10 === digits[length]
  })
}

const curpCharacters = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'

function isCurp(match: string): boolean {
  if (!isDayOfYear(match.slice(6, 8), match.slice(8, 10))) return false
  const values = Array.from(match.slice(0, 17), (one) => curpCharacters.indexOf(one))
  const weights = values.map((_, index) => 18 - index)
  return (10 - (weightedSum(values, weights) % 10)) % 10 === Number(match.charAt(17))
}

function isRut(match: string): boolean {
  const digits = digitsOf(match.slice(0, -2)).toReversed()
  const weights = digits.map((_, index) => 2 + (index % 6))
  const check = (11 - (weightedSum(digits, weights) % 11)) % 11
  return match.endsWith(check === 10 ? 'K' : String(check))
}
