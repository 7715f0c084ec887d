import type { TurnWriter } from '../message/turn-writes.ts'
import type { ServerConnection } from './server-connection.ts'
import type { ServerOptions, ServerTimeouts } from './server-options.ts'

/** What connections need of their server. */
export interface ConnectionOwner {
  /** Calls `flush` at the end of this turn of the event loop. */
  flushSoon(writer: TurnWriter): void
  readonly options: ServerOptions
  readonly timeouts: ServerTimeouts
  /** Whether connections are to close after the response that they are at. */
  readonly closing: boolean
  /** The Date field, as a line. */
  dateLine(): string
  closed(connection: ServerConnection): void
}
