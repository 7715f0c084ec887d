import type { Clock } from '@fairlead/base'
import { handshake } from '../websocket/handshake.ts'
import { WebSocketConnection } from '../websocket/web-socket.ts'
import type { Connection } from './client.ts'
import type { StreamLife } from './stream-life.ts'
import type { Transport, TransportRequest } from './transport.ts'

/** Opens a WebSocket, which lives until it is closed or its life ends. */
export async function openConnection(
  transport: Transport,
  options: {
    readonly request: TransportRequest
    readonly protocols: readonly string[]
    readonly clock: Clock
    readonly life: StreamLife
  },
): Promise<Connection> {
  const { request, protocols, clock, life } = options
  const { signal } = life
  try {
    const upgrade = { ...request, handshake: handshake(protocols), signal }
    const { socket, protocol } = await transport.connect(upgrade)
    life.begin()
    return new WebSocketConnection(socket, { protocol, clock, signal, onEnd: () => life.end() })
  } catch (error) {
    life.end()
    throw error
  }
}
