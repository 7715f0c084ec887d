import type { Socket } from 'node:net'

/** Up to this size parts are copied into one buffer, of the pool; larger bodies are not copied. */
const copiedBytesMax = 4000

/** Framing and bodies that are sent together: each tick costs one write. */
export class PendingBytes {
  /** Framing as text in Latin-1, bodies as bytes or as text in UTF-8. */
  #parts: Part[] = []
  #byteLength = 0

  get byteLength(): number {
    return this.#byteLength
  }

  /** Adds Latin-1 text. */
  addText(text: string): void {
    const last = this.#parts.at(-1)
    if (last?.isFraming === true) last.body += text
    else this.#parts.push({ isFraming: true, body: text })
    this.#byteLength += text.length
  }

  /** Adds a body of `byteLength` bytes; text is sent as UTF-8. */
  addBody(body: Uint8Array | string, byteLength: number): void {
    this.#parts.push({ isFraming: false, body })
    this.#byteLength += byteLength
  }

  writeTo(socket: Socket): void {
    const parts = this.#parts
    if (parts.length === 0) return
    const byteLength = this.#byteLength
    this.#parts = []
    this.#byteLength = 0
    if (byteLength <= copiedBytesMax) return void socket.write(joined(parts, byteLength))
    // Buffers only: with a string among them, Node.js copies all of them into one.
    socket.cork()
    for (const part of parts) socket.write(bytesOf(part))
    socket.uncork()
  }
}

type Part =
  | { readonly isFraming: true; body: string }
  | { readonly isFraming: false; readonly body: Uint8Array | string }

function joined(parts: readonly Part[], byteLength: number): Buffer {
  const bytes = Buffer.allocUnsafe(byteLength)
  let at = 0
  for (const { isFraming, body } of parts) {
    if (typeof body === 'string') {
      at += bytes.write(body, at, isFraming ? 'latin1' : 'utf8')
    } else {
      bytes.set(body, at)
      at += body.length
    }
  }
  return bytes
}

function bytesOf({ isFraming, body }: Part): Uint8Array {
  if (typeof body !== 'string') return body
  return Buffer.from(body, isFraming ? 'latin1' : 'utf8')
}
