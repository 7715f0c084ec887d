/** The position of the first character at or after `from` that is not JSON's white space. */
export function skipSpace(text: string, from: number): number {
  let position = from
  while (isSpace(text.charCodeAt(position))) position += 1
  return position
}

/** Whether a character code is JSON's white space; NaN, past the end of a text, is not. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
