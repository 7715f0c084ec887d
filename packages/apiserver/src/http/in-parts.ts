/** Longer than what is sent uncompressed, so that one part tells which it is. */
export const partLength = 128 * 1024

/** Joins small pieces of a text to parts of at least 128 Ki characters, but for the last. */
export function* inParts(pieces: Iterable<string>): Generator<string> {
  let part = ''
  for (const piece of pieces) {
    part += piece
    if (part.length <= partLength) continue
    yield part
    part = ''
  }
  if (part !== '') yield part
}
