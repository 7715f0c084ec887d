import type { Server, Socket } from 'node:net'

/**
 * Keeps at most `max` connections of a server: the oldest gives way to a new one, so that whoever
 * holds connections open cannot shut out a probe.
 */
export function keepNewestConnections(server: Server, max: number): void {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    const [oldest] = open
    if (open.size >= max) oldest?.destroy()
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
}
