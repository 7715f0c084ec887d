const lineLimit = 1024 * 1024

/**
 * The lines of UTF-8 bytes, without their line feeds. What follows the last line feed is a line if it
 * is not empty. A line of more than 2^20 characters comes in pieces.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let parts: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n')
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        yield parts.join('')
        parts = []
        length = 0
      }
      if (piece === '') continue
      parts.push(piece)
      length += piece.length
      if (length <= lineLimit) continue
      yield parts.join('')
      parts = []
      length = 0
    }
  }
  const rest = parts.join('') + decoder.decode()
  if (rest !== '') yield rest
}
