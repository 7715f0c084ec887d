import type { IncomingMessage } from 'node:http'

import { errors } from '@fairlead/kube-core'

/** The API server's limit for one request body. */
const bodyBytesMax = 3 * 1024 * 1024

/**
 * Reads the complete body.
 * @throws StatusError 413 when it is longer than 3 MiB
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bodyBytesMax) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = chunk as Buffer
    size += bytes.length
    if (size <= bodyBytesMax) chunks.push(bytes)
    // The rest is read and discarded, because closing the connection here would lose the response.
    else chunks.length = 0
  }
  if (size > bodyBytesMax) throw tooLarge()
  return Buffer.concat(chunks)
}

function tooLarge(): Error {
  return errors.requestEntityTooLarge(`limit is ${bodyBytesMax}`)
}
