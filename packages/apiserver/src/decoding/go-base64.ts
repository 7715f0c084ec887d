const usual = /^[A-Za-z0-9+/]*={0,2}$/
const digit = /[A-Za-z0-9+/]/

/**
 * The position of the first byte that Go's `base64.StdEncoding` does not take; undefined when it
 * takes the text. Line ends may stand anywhere.
 */
export function base64Problem(text: string): number | undefined {
  if (text.length % 4 === 0 && usual.test(text)) return undefined
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  let position = 0
  for (;;) {
    let digits = 0
    while (digits < 4) {
      const character = bytes[position]
      if (character === undefined) return digits === 0 ? undefined : position - digits
      position += 1
      if (digit.test(character)) digits += 1
      else if (character === '=') return paddingProblem(bytes, position, digits)
      else if (!isLineEnd(character)) return position - 1
    }
  }
}

/** `position` is behind the first `=`. */
function paddingProblem(bytes: string, position: number, digits: number): number | undefined {
  if (digits < 2) return position - 1
  let end = position
  if (digits === 2) {
    end = skipLineEnds(bytes, end)
    if (end === bytes.length) return bytes.length
    if (bytes[end] !== '=') return end - 1
    end += 1
  }
  end = skipLineEnds(bytes, end)
  return end < bytes.length ? end : undefined
}

function skipLineEnds(bytes: string, from: number): number {
  let position = from
  while (isLineEnd(bytes[position] ?? '')) position += 1
  return position
}

function isLineEnd(character: string): boolean {
  return character === '\n' || character === '\r'
}
