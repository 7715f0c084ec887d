import type { IncomingMessage } from 'node:http'

/** The body of a request is larger than the server takes. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError'
  constructor(limitBytes: number) {
    super(`the body of the request is larger than ${limitBytes} bytes`)
  }
}

/** Reads a body to its end; rejects with BodyTooLargeError as soon as that is certain. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    throw new BodyTooLargeError(limitBytes)
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > limitBytes) throw new BodyTooLargeError(limitBytes)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
