import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ServerSocket, ws } from './ws.ts'

/** What a client asked to connect to. */
interface Visit {
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly protocol: string
}

/** What the server does with one WebSocket. */
export type Session = (socket: ServerSocket, visit: Visit) => void

interface PodServerOptions {
  /** The subprotocols that the server speaks, the preferred first. */
  readonly protocols?: readonly string[]
  readonly session?: Session
  /** Answers what is no WebSocket. */
  readonly answer?: RequestListener
  /** Answers handshakes in place of WebSockets. */
  readonly refusal?: { readonly code: number; readonly body: string }
}

/** A server of pods' streams, whose WebSockets are those of the package ws. */
export class PodServer implements AsyncDisposable {
  readonly visits: Visit[] = []
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  readonly url: string

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://localhost:${(server.address() as AddressInfo).port}`
  }

  static async start(options: PodServerOptions): Promise<PodServer> {
    const server = createServer(options.answer)
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const podServer = new PodServer(server)
    podServer.#serve(options)
    return podServer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve({ protocols = ['v5.channel.k8s.io'], session, refusal }: PodServerOptions): void {
    let chosen: string | undefined
    const sockets = new ws.WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => {
        chosen = protocols.find((protocol) => offered.has(protocol))
        return chosen ?? false
      },
    })
    this.#server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      if (refusal !== undefined) {
        const { code, body } = refusal
        const length = Buffer.byteLength(body)
        socket.end(`HTTP/1.1 ${code} No\r\ncontent-length: ${length}\r\n\r\n${body}`)
        return
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const { pathname: path, searchParams: query } = new URL(request.url ?? '/', this.url)
        const visit = { path, query, headers: request.headers, protocol: chosen ?? '' }
        this.visits.push(visit)
        webSocket.on('error', () => {})
        session?.(webSocket, visit)
      })
    })
  }
}

/** The message of a channel. */
export function onChannel(channel: number, bytes: Uint8Array | string = ''): Buffer {
  return Buffer.concat([Buffer.of(channel), Buffer.from(bytes)])
}

/** Ends a command as a kubelet does: the status, then the close. */
export function endCommand(socket: ServerSocket, exitCode: number): void {
  const failure = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: error executing command, exit code ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
  const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }
  socket.send(onChannel(3, JSON.stringify(exitCode === 0 ? success : failure)))
  socket.close(1000)
}
