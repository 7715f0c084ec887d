import type { Clock } from '@fairlead/base'
import type { Socket } from 'node:net'
import type { MessageError } from '../message/message-error.ts'
import type { RequestHead } from '../message/request-head.ts'
import type { Refusal } from './refusal.ts'
import type { ServerRequest } from './server-request.ts'
import type { ServerResponse } from './server-response.ts'
import type { HandshakeOutcome } from './tls-gate.ts'

/** How long a caller may take, in milliseconds. Checked once a second. */
export interface ServerTimeouts {
  /** From the connection to the end of its TLS handshake. Defaults to 10 s. */
  readonly handshakeMs: number
  /** From the connection, or a request's first byte, to the end of the head. Defaults to 30 s. */
  readonly headMs: number
  /** From the end of the head to the end of the body. Defaults to 120 s. */
  readonly bodyMs: number
  /** Between two requests. Defaults to 75 s. */
  readonly idleMs: number
  /** For taking any more of an answer that is complete. Defaults to 75 s. */
  readonly flushMs: number
  /** From the last byte of the last answer until the caller closes its side. Defaults to 5 s. */
  readonly lingerMs: number
}

export const defaultTimeouts: ServerTimeouts = {
  handshakeMs: 10_000,
  headMs: 30_000,
  bodyMs: 120_000,
  idleMs: 75_000,
  flushMs: 75_000,
  lingerMs: 5_000,
}

export interface ServerOptions {
  readonly clock: Clock
  /** Defaults to `defaultTimeouts`. */
  readonly timeouts?: Partial<ServerTimeouts>
  /** More connections than this are closed as they come. Defaults to 20,000. */
  readonly connectionsMax?: number
  /** Answers a request; must not throw. */
  readonly onRequest: (request: ServerRequest, response: ServerResponse) => void
  /** Told how each TLS handshake has ended. */
  readonly onHandshake?: (outcome: HandshakeOutcome) => void
  /** The answer to what is not a request. */
  refusal(error: MessageError): Refusal
  /**
   * Takes over the connection of a request that asks to switch protocols; `rest` are the bytes that
   * came after it. The socket has no listeners, not even for errors, and allows half-open
   * connections. A request with a body, or without this, is answered as any other.
   */
  readonly onUpgrade?: (head: RequestHead, socket: Socket, rest: Buffer) => void
}
