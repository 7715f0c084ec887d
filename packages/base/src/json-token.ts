const quote = 0x22
const backslash = 0x5c
const minus = 0x2d
const plus = 0x2b
const point = 0x2e
const upperE = 0x45
const lowerE = 0x65
const zero = 0x30
const nine = 0x39

/** Numbers of up to this many digits are exact enough to be written as they stand. */
const exactDigits = 15

/** Whether a string starts with this character code. */
export function startsString(code: number): boolean {
  return code === quote
}

/** Just after the closing quote of the string that starts at `from`; the text's end without one. */
export function stringEnd(text: string, from: number): number {
  let position = text.indexOf('"', from + 1)
  while (position !== -1) {
    let slashes = 0
    while (text.charCodeAt(position - 1 - slashes) === backslash) slashes += 1
    if (slashes % 2 === 0) return position + 1
    position = text.indexOf('"', position + 1)
  }
  return text.length
}

/** Whether a number starts with this character code. */
export function startsNumber(code: number): boolean {
  return isDigit(code) || code === minus
}

/** Just after the number that starts at `from`. */
export function numberEnd(text: string, from: number): number {
  let position = from + 1
  while (isOfNumber(text.charCodeAt(position))) position += 1
  return position
}

/** Whether JavaScript would write the number that stands there in another spelling. */
export function isRespelled(text: string, start: number, end: number): boolean {
  if (isUsual(text, start, end)) return false
  const spelling = text.slice(start, end)
  return String(Number(spelling)) !== spelling
}

/** Whether JavaScript surely writes it as it stands. Writing it to find out takes much longer. */
function isUsual(text: string, start: number, end: number): boolean {
  const from = text.charCodeAt(start) === minus ? start + 1 : start
  let pointAt = end
  for (let position = from; position < end; position += 1) {
    const code = text.charCodeAt(position)
    if (code === point) pointAt = position
    else if (!isDigit(code)) return false
  }
  const isWhole = pointAt === end
  const digits = isWhole ? end - from : end - from - 1
  if (digits > exactDigits) return false
  if (isWhole) return from === start || text.charCodeAt(from) !== zero
  // Below a millionth there is an exponent.
  return text.charCodeAt(end - 1) !== zero && !text.startsWith('0.000000', from)
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine
}

function isOfNumber(code: number): boolean {
  return (
    isDigit(code) ||
    code === point ||
    code === lowerE ||
    code === upperE ||
    code === minus ||
    code === plus
  )
}
