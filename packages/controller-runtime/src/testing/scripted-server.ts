import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What the server does with one request. */
export type Answer = (response: ServerResponse, request: SeenRequest) => void

/** A plain HTTP server that answers watches and all other calls from scripts, in order. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = []
  /** Answers to watches that begin with a list; when none is left, they are refused. */
  readonly streams: Answer[] = []
  /** Answers to watches; with none left, a watch stays open without events. */
  readonly watches: Answer[] = []
  /** Responses to everything else; when none is left, the response is 500. */
  readonly calls: Answer[] = []
  readonly #server: Server
  readonly url: string

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(): Promise<ScriptedServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const scripted = new ScriptedServer(server)
    server.on('request', (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const url = new URL(request.url ?? '/', scripted.url)
        scripted.#take(response, {
          method: request.method ?? '',
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        })
      })
    })
    return scripted
  }

  get watchRequests(): readonly SeenRequest[] {
    return this.requests.filter(({ query }) => query.has('watch') && !asksForList(query))
  }

  get streamRequests(): readonly SeenRequest[] {
    return this.requests.filter(({ query }) => asksForList(query))
  }

  get callRequests(): readonly SeenRequest[] {
    return this.requests.filter(({ query }) => !query.has('watch'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #take(response: ServerResponse, request: SeenRequest): void {
    this.requests.push(request)
    if (asksForList(request.query)) {
      const answer = this.streams.shift() ?? plain(422, 'sendInitialEvents: Forbidden')
      answer(response, request)
    } else if (request.query.has('watch')) {
      const answer = this.watches.shift() ?? openWatch()
      answer(response, request)
    } else {
      const answer = this.calls.shift() ?? plain(500, 'nothing is scripted')
      answer(response, request)
    }
  }
}

function asksForList(query: URLSearchParams): boolean {
  return query.has('sendInitialEvents')
}

export function json(code: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
}

export function plain(code: number, body: string, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(code, { 'content-type': 'text/plain', ...headers })
    response.end(body)
  }
}

/** Breaks the connection before any response. */
export const hangUp: Answer = (response) => response.socket?.destroy()

/** Responds to a watch with these events and leaves it open. */
export function openWatch(...events: readonly unknown[]): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    for (const event of events) response.write(JSON.stringify(event) + '\n')
  }
}

/** Responds to a watch with these events and ends it as a server does. */
export function endedWatch(...events: readonly unknown[]): Answer {
  return (response, request) => {
    openWatch(...events)(response, request)
    response.end()
  }
}
