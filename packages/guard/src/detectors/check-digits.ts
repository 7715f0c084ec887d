/** The digits of a text. */
export function digitsOf(text: string): readonly number[] {
  return Array.from(text.matchAll(/\d/g), ([digit]) => Number(digit))
}

/** Whether the last digit is the check digit of Luhn, ISO/IEC 7812-1 annex B. */
export function isLuhn(digits: readonly number[]): boolean {
  let sum = 0
  for (const [index, digit] of digits.toReversed().entries()) {
    const weighed = index % 2 === 1 ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}

/** The sum of digits, each times its weight. */
export function weightedSum(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * (digits[index] ?? 0), 0)
}

/** The rest of a number of any length, so written. */
export function restOf(number: string, divisor: number): number {
  let rest = 0
  for (const digit of number) rest = (rest * 10 + Number(digit)) % divisor
  return rest
}

/** Whether the last digit is the check digit of ISO/IEC 7064, MOD 11,10. */
export function isMod1110(digits: readonly number[]): boolean {
  let product = 10
  for (const digit of digits.slice(0, -1)) {
    const sum = (digit + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (11 - product) % 10 === digits.at(-1)
}

/** How the dihedral group of order ten moves a digit from a place to the next, after Verhoeff. */
const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

/** Whether the last digit is the check digit of Verhoeff. */
export function isVerhoeff(digits: readonly number[]): boolean {
  let check = 0
  for (const [place, digit] of digits.toReversed().entries()) {
    let moved = digit
    for (let times = place % 8; times > 0; times -= 1) moved = permutation[moved] ?? 0
    check = dihedral(check, moved)
  }
  return check === 0
}

/** The product of two elements of the dihedral group of order ten. */
function dihedral(left: number, right: number): number {
  if (left < 5) return right < 5 ? (left + right) % 5 : ((left + right) % 5) + 5
  return right < 5 ? ((left - right + 5) % 5) + 5 : (left - right + 5) % 5
}
