import type { Socket } from 'node:net'

/** An established connection. */
export interface OpenedConnection {
  readonly socket: Socket
  /** To be called once. The bytes are valid during the call only: their memory is used again. */
  readonly onBytes: (listener: (bytes: Buffer) => void) => void
}

/** Opens connections to one server. */
export type Connect = () => Promise<OpenedConnection>
