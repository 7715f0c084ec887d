import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

import { errors } from '@fairlead/kube-core'

interface ClientError extends Error {
  readonly code?: string
}

/**
 * Answers what Node.js could not read as a request, and closes the connection. A method that it does
 * not know is answered as one that is not allowed.
 */
export function answerMalformed(error: ClientError, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  if (error.code === 'HPE_INVALID_METHOD') {
    const body = JSON.stringify(errors.methodNotAllowed().status)
    socket.end(answer(405, 'application/json', body))
    return
  }
  const status = statuses[error.code ?? ''] ?? 400
  socket.end(answer(status, 'text/plain; charset=utf-8', `${status} ${STATUS_CODES[status]}`))
}

const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
}

function answer(status: number, contentType: string, body: string): string {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
