import { connect, type Socket } from 'node:net'

/** Calls that stay open. */
interface StreamRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Opens so many calls, each on a connection of its own. Returns what closes them all. */
export function openStreams({ url, headers, body }: StreamRequest, count: number): () => void {
  const { host, hostname, port, pathname } = new URL(url)
  const fields = Object.entries({ host, 'content-type': 'application/json', ...headers })
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const length = Buffer.byteLength(body)
  const message = `POST ${pathname} HTTP/1.1\r\n${lines}content-length: ${length}\r\n\r\n${body}`
  const sockets = Array.from({ length: count }, (): Socket => {
    const socket = connect({ host: hostname, port: Number(port) })
    socket.on('error', () => socket.destroy()).resume()
    socket.write(message)
    return socket
  })
  return () => sockets.forEach((socket) => socket.destroy())
}
