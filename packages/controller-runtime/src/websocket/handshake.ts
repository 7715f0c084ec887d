import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { WebSocketError } from './web-socket-error.ts'

/** What a client asks for, and what it must hear. */
export interface Handshake {
  readonly headers: Readonly<Record<string, string>>
  /** The subprotocol that the server chose. Throws WebSocketError if it is no answer to ours. */
  protocolOf(answer: IncomingHttpHeaders): string
}

const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Asks for a WebSocket with one of these subprotocols, the preferred first. */
export function handshake(protocols: readonly string[]): Handshake {
  const key = randomBytes(16).toString('base64')
  const accept = createHash('sha1')
    .update(key + acceptSuffix)
    .digest('base64')
  return {
    headers: {
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
      'sec-websocket-protocol': protocols.join(', '),
    },
    protocolOf(answer) {
      if (answer['sec-websocket-accept'] !== accept) {
        throw new WebSocketError('the answer to the WebSocket handshake is not one to our key')
      }
      const chosen = answer['sec-websocket-protocol']
      if (typeof chosen !== 'string' || !protocols.includes(chosen)) {
        throw new WebSocketError(
          `the server speaks none of the protocols ${protocols.join(', ')}: it chose ${String(chosen)}`,
        )
      }
      return chosen
    },
  }
}
