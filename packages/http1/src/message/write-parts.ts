import type { Socket } from 'node:net'

/** Up to this size a message is copied into one buffer, of the pool; a longer body is not copied. */
const copiedBytesMax = 4000

/**
 * Writes framing and body as one write. `before` and `after` are Latin-1; `byteLength` is that of
 * the body.
 */
export function writeParts(
  socket: Socket,
  before: string,
  body: Uint8Array | string,
  byteLength: number,
  after: string,
): void {
  if (body.length === 0) {
    if (before !== '' || after !== '') socket.write(before + after, 'latin1')
    return
  }
  const length = before.length + byteLength + after.length
  if (length <= copiedBytesMax) {
    const bytes = Buffer.allocUnsafe(length)
    bytes.write(before, 0, 'latin1')
    if (typeof body === 'string') bytes.write(body, before.length)
    else bytes.set(body, before.length)
    bytes.write(after, before.length + byteLength, 'latin1')
    socket.write(bytes)
    return
  }
  // Buffers only: with a string among them, Node.js copies all of them into one.
  socket.cork()
  if (before !== '') socket.write(Buffer.from(before, 'latin1'))
  socket.write(typeof body === 'string' ? Buffer.from(body) : body)
  if (after !== '') socket.write(Buffer.from(after, 'latin1'))
  socket.uncork()
}
