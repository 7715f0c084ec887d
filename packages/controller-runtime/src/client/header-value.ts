/** A text as the value of a header: written byte by byte, and read by the server as UTF-8. */
export function headerValue(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
