import type { TurnWriter } from '../message/turn-writes.ts'
import type { ServerConnection } from './server-connection.ts'
import type { ServerOptions, ServerTimeouts } from './server-options.ts'

/** What connections need of their server. */
export interface ConnectionOwner {
  /** Calls `flush` at the end of this turn of the event loop. */
  flushSoon(writer: TurnWriter): void
  readonly options: ServerOptions
  readonly timeouts: ServerTimeouts
  /** Whether every answer that begins now is the last of its connection, and says so. */
  readonly closing: boolean
  /** The Date field, as a line. */
  dateLine(): string
  closed(connection: ServerConnection): void
}
