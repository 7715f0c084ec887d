import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'

/** A forward proxy on a real socket that opens tunnels only. */
interface TestProxy {
  readonly url: string
  readonly port: number
  /** The authorities of the tunnels that were asked for, in order. */
  readonly tunnels: readonly string[]
}

/**
 * A proxy that is closed when the test ends. Every name leads to this machine. `refusal` is the
 * status with which it refuses every tunnel; by default it opens them.
 */
export async function testProxy(refusal?: number): Promise<TestProxy> {
  const tunnels: string[] = []
  const sockets = new Set<Duplex>()
  const keep = (socket: Duplex) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connect', ({ url = '' }: IncomingMessage, socket: Duplex) => {
    keep(socket)
    tunnels.push(url)
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: 12\r\n\r\nproxy secret`)
      return
    }
    const onward = connect(Number(url.slice(url.lastIndexOf(':') + 1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    keep(onward)
    onward.on('close', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, tunnels }
}
