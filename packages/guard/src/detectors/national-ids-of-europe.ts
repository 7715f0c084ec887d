import { digitsOf, isLuhn, isMod1110, restOf, weightedSum } from './check-digits.ts'
import { isDayOfYear, type NationalIdForm } from './national-id-form.ts'

export const nationalIdsOfEurope: readonly NationalIdForm[] = [
  // United Kingdom: National Insurance numbers, HMRC NIM39110.
  {
    form: /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]$/,
  },
  // Germany: numbers of tax payers, section 139b AO, with the check digit of ISO/IEC 7064, MOD 11,10.
  { form: /^[1-9]\d ?\d{3} ?\d{3} ?\d{3}$/, isOne: isGerman },
  // France: NIR, with two check digits modulo 97.
  { form: /^[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}$/, isOne: isNir },
  // Spain: DNI and NIE, with a check letter modulo 23.
  { form: /^[XYZ\d]-?\d{7}-?[A-Z]$/, isOne: isDni },
  // Italy: codice fiscale, with a check character.
  { form: /^[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/, isOne: isCodiceFiscale },
  // Poland: PESEL, with a date and a check digit modulo 10.
  { form: /^\d{11}$/, isOne: isPesel },
  // Norway: fødselsnummer, with a date and two check digits modulo 11.
  { form: /^\d{6} ?\d{5}$/, isOne: isNorwegian },
  // Sweden: personnummer, with a date and the check digit of Luhn.
  { form: /^(?:19|20)?\d{6}[-+]\d{4}$/, isOne: isSwedish },
  // Denmark: CPR; those since 2007 have no check digit.
  {
    form: /^\d{6}-\d{4}$/,
    isOne: (match) => isDayOfYear(match.slice(2, 4), match.slice(0, 2)),
  },
  // Finland: HETU, with a date and a check character modulo 31.
  { form: /^\d{6}[-+A]\d{3}[\dA-Y]$/, isOne: isFinnish },
  // Belgium: national numbers, with two check digits modulo 97.
  { form: /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/, isOne: isBelgian },
  // Switzerland: AHV numbers, with the check digit of EAN-13.
  { form: /^756\.\d{4}\.\d{4}\.\d{2}$/, isOne: isSwiss },
  // Ireland: PPS numbers, with a check letter modulo 23.
  { form: /^\d{7}[A-W][A-IW]?$/, isOne: isIrish },
]

/** One of the first ten digits stands there two or three times, and at least one not at all. */
function isGerman(match: string): boolean {
  const digits = digitsOf(match)
  const different = new Set(digits.slice(0, 10)).size
  return (different === 9 || different === 8) && isMod1110(digits)
}

function isNir(match: string): boolean {
  const plain = match.replaceAll(' ', '')
  const month = Number(plain.slice(3, 5))
  // Corsica's departments have a letter.
  const number = plain.slice(0, 13).replace('2A', '19').replace('2B', '18')
  const isNumber = /^\d{13}$/.test(number) && month >= 1
  return isNumber && 97 - restOf(number, 97) === Number(plain.slice(13))
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

function isPesel(match: string): boolean {
  // The century is added to the month, in twenties.
  const month = String(Number(match.slice(2, 4)) % 20).padStart(2, '0')
  const sum = weightedSum(digitsOf(match), [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1])
  return isDayOfYear(month, match.slice(4, 6)) && sum % 10 === 0
}

function isNorwegian(match: string): boolean {
  const digits = digitsOf(match)
  return (
    isDayOfYear(match.slice(2, 4), match.slice(0, 2)) &&
    weightedSum(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weightedSum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  )
}

function isSwedish(match: string): boolean {
  const digits = digitsOf(match).slice(-10)
  const [month, day] = [digits.slice(2, 4).join(''), digits.slice(4, 6).join('')]
  return isDayOfYear(month, day) && isLuhn(digits)
}

function isFinnish(match: string): boolean {
  const number = Number(match.slice(0, 6) + match.slice(7, 10))
  return (
    isDayOfYear(match.slice(2, 4), match.slice(0, 2)) &&
    '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(number % 31) === match.charAt(10)
  )
}

function isBelgian(match: string): boolean {
  const digits = digitsOf(match).join('')
  // Of those who were born since 2000, a 2 stands before it.
  return ['', '2'].some(
    (century) => 97 - restOf(century + digits.slice(0, 9), 97) === Number(digits.slice(9)),
  )
}

function isSwiss(match: string): boolean {
  return weightedSum(digitsOf(match), [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0
}

function isIrish(match: string): boolean {
  const second = match.charAt(8)
  const value = second === '' || second === 'W' ? 0 : second.charCodeAt(0) - 64
  const sum = weightedSum(digitsOf(match), [8, 7, 6, 5, 4, 3, 2]) + 9 * value
  return 'WABCDEFGHIJKLMNOPQRSTUV'.charAt(sum % 23) === match.charAt(7)
}
