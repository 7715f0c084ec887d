import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { FakeClock } from '@fairlead/base/testing'
import type { ConnectionOwner } from '../server/connection-owner.ts'
import { anyPeer } from '../server/peer-certificate.ts'
import { ServerConnection } from '../server/server-connection.ts'
import { defaultTimeouts } from '../server/server-options.ts'
import { MemorySocket, turns } from './memory-socket.ts'

/** A request as its handler saw it, in a form in which two servers can be compared. */
interface SeenRequest {
  readonly method: string
  readonly target: string
  readonly fields: Readonly<Record<string, string>>
  readonly body: string
}

/** What a server made of the bytes of a connection. */
export interface ServerOutcome {
  /** The requests that were read to their end, in order. */
  readonly requests: SeenRequest[]
  /** Why the next one was not; undefined if nothing was left or the connection was to close. */
  refusal: string | undefined
}

/** Gives the pieces to our server, and then the end of the caller's side. */
export async function serveByFairlead(pieces: readonly Buffer[]): Promise<ServerOutcome> {
  const outcome: ServerOutcome = { requests: [], refusal: undefined }
  const socket = new MemorySocket({ allowHalfOpen: true })
  const owner: ConnectionOwner = {
    flushSoon: (writer) => writer.flush(),
    options: {
      clock: new FakeClock(),
      onRequest(request, response) {
        request.body(2 ** 20).then(
          (body) => {
            const { method, target, headers } = request
            const fields = headers.toRecord()
            outcome.requests.push({ method, target, fields, body: body.toString('latin1') })
            response.start(200, ['content-length', '0'])
            response.end()
          },
          (error: unknown) => {
            outcome.refusal = error instanceof Error ? error.message : String(error)
            response.start(400, ['content-length', '0'])
            response.end()
          },
        )
      },
      refusal(error) {
        outcome.refusal = error.message
        return { fields: [], body: '' }
      },
    },
    timeouts: defaultTimeouts,
    closing: false,
    dateLine: () => '',
    closed: () => {},
  }
  const connection = new ServerConnection(socket.asSocket(), owner, anyPeer)
  await feed(socket, pieces)
  connection.socket.destroy()
  return outcome
}

/** `node:http`, strict, with a handler that answers once it has the body. */
export class NodeServer {
  readonly #server: Server
  readonly #outcomes = new Map<unknown, ServerOutcome>()

  constructor() {
    this.#server = createServer({ insecureHTTPParser: false }, (request, response) =>
      this.#handle(request, response),
    )
    this.#server.on('clientError', (error: Error & { code?: string }, socket: unknown) => {
      const outcome = this.#outcomes.get(socket)
      if (outcome !== undefined) outcome.refusal ??= error.code ?? error.message
    })
  }

  async serve(pieces: readonly Buffer[]): Promise<ServerOutcome> {
    const outcome: ServerOutcome = { requests: [], refusal: undefined }
    const socket = new MemorySocket({ allowHalfOpen: true })
    this.#outcomes.set(socket, outcome)
    this.#server.emit('connection', socket)
    await feed(socket, pieces)
    this.#outcomes.delete(socket)
    socket.destroy()
    return outcome
  }

  close(): void {
    this.#server.close()
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const outcome = this.#outcomes.get(request.socket)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      if (!request.complete) return
      outcome?.requests.push({
        method: request.method ?? '',
        target: pathOf(request.url ?? ''),
        fields: joined(request.rawHeaders),
        body: Buffer.concat(chunks).toString('latin1'),
      })
      response.end()
    })
  }
}

async function feed(socket: MemorySocket, pieces: readonly Buffer[]): Promise<void> {
  await turns(1)
  for (const piece of pieces) {
    socket.receive(piece)
    if (pieces.length < 8) await turns(1)
  }
  await turns(2)
  socket.receiveEnd()
  await turns(2)
}

/** Path and query of an absolute target: we hand on no other part of it. */
function pathOf(url: string): string {
  const rest = /^https?:\/\/[^/?]*(.*)$/i.exec(url)?.[1]
  if (rest === undefined) return url
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** Fields by their name in lower case; several of one name joined. */
export function joined(rawHeaders: readonly string[]): Record<string, string> {
  const fields = Object.create(null) as Record<string, string>
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    const value = rawHeaders[index + 1] ?? ''
    const before = fields[name]
    fields[name] =
      before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`
  }
  return fields
}
