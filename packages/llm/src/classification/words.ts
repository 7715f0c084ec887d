/**
 * The words of a text, in lower case: runs of letters and digits, and of Chinese, Japanese and Korean
 * every character and every pair. Takes linear time; at most `max` words.
 */
export function wordsOf(text: string, max: number): readonly string[] {
  const words: string[] = []
  const lower = text.toLowerCase()
  let start = -1
  let previous = ''
  for (let index = 0; index <= lower.length && words.length < max; index += 1) {
    const code = index < lower.length ? lower.charCodeAt(index) : 0x20
    const ideograph = isIdeograph(code)
    if (!ideograph && isWordCharacter(code)) {
      if (start < 0) start = index
      previous = ''
      continue
    }
    if (start >= 0) words.push(lower.slice(start, index))
    start = -1
    if (ideograph) {
      const character = lower.charAt(index)
      words.push(character)
      if (previous !== '') words.push(previous + character)
      previous = character
    } else {
      previous = ''
    }
  }
  return words
}

function isWordCharacter(code: number): boolean {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
  return code >= 0xc0 && code !== 0xd7 && code !== 0xf7 && !(code >= 0x2000 && code <= 0x303f)
}

/** Han, kana and hangul. */
export function isIdeograph(code: number): boolean {
  return (code >= 0x3040 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7af)
}
