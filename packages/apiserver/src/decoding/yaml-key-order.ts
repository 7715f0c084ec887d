const digit = /\d/
const letter = /\p{L}/u

/**
 * The order in which yaml.v2 writes keys: letters after everything else, and numbers within texts by
 * their value, so that `a2` comes before `a10`.
 */
export function compareYamlKeys(left: string, right: string): number {
  let afterDigit = false
  for (let index = 0; index < left.length && index < right.length; index++) {
    const a = left[index] ?? ''
    const b = right[index] ?? ''
    if (a === b) {
      afterDigit = digit.test(a)
      continue
    }
    const isLetterA = letter.test(a)
    const isLetterB = letter.test(b)
    if (isLetterA && isLetterB) return a < b ? -1 : 1
    if (isLetterA || isLetterB) return isLetterA === afterDigit ? -1 : 1
    return compareNumbers(left, right, index)
  }
  return left.length - right.length
}

function compareNumbers(left: string, right: string, index: number): number {
  const numberA = digitsAt(left, index)
  const numberB = digitsAt(right, index)
  // After digits that are no zeros, zeros count.
  const counts = followsNumber(left, index) ? '1' : ''
  const valueA = BigInt(`${counts}${numberA}` || '0')
  const valueB = BigInt(`${counts}${numberB}` || '0')
  if (valueA !== valueB) return valueA < valueB ? -1 : 1
  if (numberA.length !== numberB.length) return numberA.length - numberB.length
  return (left[index] ?? '') < (right[index] ?? '') ? -1 : 1
}

/** Whether digits stand before, and not only zeros. */
function followsNumber(text: string, index: number): boolean {
  for (let at = index - 1; at >= 0; at--) {
    const character = text[at] ?? ''
    if (/[1-9]/.test(character)) return true
    if (character !== '0') return false
  }
  return false
}

function digitsAt(text: string, index: number): string {
  // Longer ones make no difference that anyone could see.
  return /^\d{0,18}/.exec(text.slice(index, index + 18))?.[0] ?? ''
}
