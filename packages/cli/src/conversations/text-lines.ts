import { StringDecoder } from 'node:string_decoder'

/** The most characters of one line: a turn with all that it has. */
const lineLengthMax = 64 * 1024 ** 2

/** The lines of a stream, without their ends. Rejects for one that is longer than 64 Mi characters. */
export async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let pieces: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const parts = decoder.write(Buffer.from(chunk)).split('\n')
    const rest = parts.pop() ?? ''
    for (const part of parts) {
      yield pieces.join('') + part
      pieces = []
      length = 0
    }
    pieces.push(rest)
    length += rest.length
    if (length > lineLengthMax) throw new Error(`a line has more than ${lineLengthMax} characters`)
  }
  const last = pieces.join('') + decoder.end()
  if (last !== '') yield last
}
