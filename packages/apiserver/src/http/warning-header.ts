/** Characters of all warnings of an answer, and of each of them where these are not enough. */
const lengthMax = 4 * 1024
const cutLength = 256

/** One header for each warning, as clients expect them; cut as by warning.go in apiserver. */
export function warningHeader(warnings: readonly string[]): Record<string, string[]> {
  if (warnings.length === 0) return {}
  const messages = [...new Set(warnings)]
  const told = totalLength(messages) <= lengthMax ? messages : cut(messages)
  return { warning: told.map((message) => `299 - ${quoted(message)}`) }
}

function cut(messages: readonly string[]): string[] {
  const told: string[] = []
  let length = 0
  for (const message of messages) {
    if (length >= lengthMax) break
    const start = message.slice(0, cutLength)
    told.push(start)
    length += start.length
  }
  return told
}

function totalLength(messages: readonly string[]): number {
  return messages.reduce((length, message) => length + message.length, 0)
}

/** A quoted-string (RFC 9110); characters not allowed in a header become question marks. */
function quoted(message: string): string {
  const safe = message.replaceAll(/[^\x20-\x7e]/g, '?')
  return `"${safe.replaceAll(/["\\]/g, '\\$&')}"`
}
