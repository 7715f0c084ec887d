import { abortReason } from '@fairlead/base'
import type { Pod } from '@fairlead/kube-types'
import { createServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import type { Client } from '../client/client.ts'
import type { KeyOf } from '../object-key.ts'
import { connectToPod } from './pod-connection.ts'

export interface PortForwardOptions {
  /** The port of the pod. */
  readonly port: number
  /** The port on this machine. A free one by default. */
  readonly localPort?: number
  /** The address to listen on. Defaults to 127.0.0.1. */
  readonly host?: string
  /** Closes it. */
  readonly signal?: AbortSignal
  /** How many connections there may be at once. Defaults to 100. */
  readonly maxConnections?: number
  /** Hears why a connection failed, or was not accepted; its peer only sees it close. */
  readonly onError?: (error: Error) => void
}

/** A port on this machine behind which is a pod's. */
export interface PortForward extends AsyncDisposable {
  readonly localPort: number
  /** Stops to listen, and ends the connections. */
  close(): Promise<void>
}

/** Makes a port of a pod one of this machine, each connection by a connection of its own. */
export async function portForward(
  client: Client,
  pod: KeyOf<Pod>,
  options: PortForwardOptions,
): Promise<PortForward> {
  const { port, localPort = 0, host = '127.0.0.1', signal, onError = () => {} } = options
  const ending = new AbortController()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // What pipeline reports is all there is to hear; before it runs, a reset must not be unheard.
    socket.on('error', () => {})
    void connectToPod(client, pod, port, { signal: ending.signal }).then(
      (remote) =>
        pipeline(socket, remote, socket, (error) => {
          if (error && !ending.signal.aborted) onError(error)
        }),
      (error: unknown) => {
        socket.destroy()
        if (!ending.signal.aborted) onError(error as Error)
      },
    )
  })
  server.maxConnections = options.maxConnections ?? 100
  const close = async () => {
    ending.abort()
    signal?.removeEventListener('abort', closeSoon)
    for (const socket of sockets) socket.destroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  const closeSoon = () => void close()
  signal?.throwIfAborted()
  await listen(server, localPort, host)
  // Such as too many open files: that a connection cannot be accepted must not end the process.
  server.on('error', onError)
  signal?.addEventListener('abort', closeSoon, { once: true })
  if (signal?.aborted) {
    await close()
    throw abortReason(signal)
  }
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : localPort
  return { localPort: bound, close, [Symbol.asyncDispose]: close }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
