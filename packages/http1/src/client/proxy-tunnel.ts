import { HeadBuffer } from '../message/head-buffer.ts'
import { MessageError } from '../message/message-error.ts'
import { parseResponseHead } from '../message/response-head.ts'
import { TunnelError } from './client-errors.ts'
import type { Establishment } from './establishment.ts'
import type { OpenedConnection } from './opened-connection.ts'

/**
 * Asks the proxy at the other end of a connection for a tunnel to an authority (RFC 9110 §9.3.6).
 * What is sent after that reaches the server, and what comes is the server's. Rejects with
 * TunnelError, and destroys the connection.
 */
export async function openTunnel(
  { socket, onBytes }: OpenedConnection,
  { proxy, authority }: { readonly proxy: string; readonly authority: string },
  establishment: Establishment,
): Promise<void> {
  try {
    await establishment.step(socket, (done) => {
      const isOpened = answerReader()
      onBytes((piece) => {
        try {
          if (isOpened(piece)) done()
        } catch (error) {
          socket.destroy(error instanceof Error ? error : new Error(String(error)))
        }
      })
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`)
    })
  } catch (error) {
    throw new TunnelError(proxy, authority, detailOf(error), error)
  }
}

/**
 * Takes the pieces of a proxy's answer, and says whether it is complete and the tunnel open. Throws
 * for any other answer. A proxy's own words are left out: they are not meant for our callers.
 */
function answerReader(): (piece: Buffer) => boolean {
  const head = new HeadBuffer()
  return (piece) => {
    let rest = piece
    for (;;) {
      const read = head.push(rest)
      if (read === undefined) return false
      rest = rest.subarray(read.used)
      const { status } = parseResponseHead(read.text, 'CONNECT')
      if (status < 200 && status !== 101) continue
      if (status < 200 || status >= 300) throw new Error(`it answered with status ${status}`)
      // The server has not been asked anything yet: these bytes are nobody's answer.
      if (rest.length > 0) throw new Error('it sent bytes behind its answer')
      return true
    }
  }
}

function detailOf(error: unknown): string {
  if (error instanceof MessageError) return 'its answer is not valid HTTP'
  return error instanceof Error ? error.message : String(error)
}
