import type { IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import type { Duplex, Writable } from 'node:stream'

/** A WebSocket on the side of a server, as the package ws has it. */
export interface ServerSocket {
  send(data: Uint8Array | string, callback?: () => void): void
  close(code?: number, reason?: string): void
  terminate(): void
  ping(): void
  pause(): void
  resume(): void
  readonly bufferedAmount: number
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this
  on(event: 'close', listener: (code: number, reason: Buffer) => void): this
  on(event: 'pong' | 'ping', listener: () => void): this
  on(event: 'error', listener: (error: Error) => void): this
}

interface SocketServer {
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    done: (webSocket: ServerSocket) => void,
  ): void
}

/** What we use of the package ws, which has no types of its own. */
interface Ws {
  readonly WebSocketServer: new (options: {
    readonly noServer: true
    readonly handleProtocols: (protocols: Set<string>) => string | false
  }) => SocketServer
  readonly Sender: {
    frame(
      data: Buffer,
      options: {
        readonly fin: boolean
        readonly opcode: number
        readonly mask: boolean
        readonly rsv1: boolean
        readonly readOnly: boolean
      },
    ): Buffer[]
  }
  readonly Receiver: new (options: { readonly isServer: boolean }) => Writable
}

export const ws = createRequire(import.meta.url)('ws') as Ws
