import { FakeClock } from '@fairlead/base/testing'
import { HttpServer } from '../server/http-server.ts'
import { BodyTooLarge, ConnectionClosed } from '../server/request-errors.ts'
import type { ServerOptions } from '../server/server-options.ts'
import type { ServerRequest } from '../server/server-request.ts'
import type { ServerResponse } from '../server/server-response.ts'
import { MessageError } from '../message/message-error.ts'
import { TestPeer } from './test-peer.ts'

export type Handler = (request: ServerRequest, response: ServerResponse) => void

export const bodyLimitBytes = 1024 * 1024

/** A server on a free port, with a clock that stands still. */
export class TestServer {
  readonly clock = new FakeClock()
  readonly server: HttpServer
  /** The requests that the handler was given, as `method target`. */
  readonly seen: string[] = []
  readonly refusals: MessageError[] = []
  port = 0

  private constructor(handler: Handler, options: Partial<ServerOptions>) {
    this.server = new HttpServer({
      clock: this.clock,
      onRequest: (request, response) => {
        this.seen.push(`${request.method} ${request.target}`)
        handler(request, response)
      },
      refusal: (error) => {
        this.refusals.push(error)
        return { fields: ['content-type', 'text/plain'], body: error.message }
      },
      ...options,
    })
  }

  /** By default it answers with the body that it is sent. */
  static async start(
    handler: Handler = echo,
    options: Partial<ServerOptions> = {},
  ): Promise<TestServer> {
    const test = new TestServer(handler, options)
    const { port } = await test.server.listen({ host: '127.0.0.1', port: 0 })
    test.port = port
    return test
  }

  connect(): Promise<TestPeer> {
    return TestPeer.connect(this.port)
  }

  async stop(): Promise<void> {
    this.server.destroyConnections()
    await this.server.close()
  }
}

/** Reads the body, and answers with it; with an error's status if it cannot be read. */
function echo(request: ServerRequest, response: ServerResponse): void {
  request.body(bodyLimitBytes).then(
    (body) => answer(response, 200, body.toString('latin1')),
    (error: unknown) => {
      if (error instanceof ConnectionClosed) return
      const status = error instanceof MessageError ? error.status : 500
      answer(response, error instanceof BodyTooLarge ? 413 : status, String(error))
    },
  )
}

export function answer(response: ServerResponse, status: number, body: string): void {
  response.start(status, ['content-length', String(body.length)])
  response.end(body)
}

/** A request with a body of this length. */
export function post(body: string, ...fields: readonly string[]): string {
  const lines = ['POST /x HTTP/1.1', 'Host: a', ...fields, `Content-Length: ${body.length}`]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

export function get(path: string, ...fields: readonly string[]): string {
  return `${[`GET ${path} HTTP/1.1`, 'Host: a', ...fields].join('\r\n')}\r\n\r\n`
}
