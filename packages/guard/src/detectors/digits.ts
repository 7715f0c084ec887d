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
