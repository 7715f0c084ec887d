import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'

import { errors, StatusError } from '@fairlead/kube-core'

import { authenticate, type TokenAuthenticator } from '../auth/authenticator.ts'
import { impersonate } from '../auth/impersonate.ts'
import type { Clock, Logger } from '@fairlead/base'
import type { KeyAndCertificate } from '../pki/public-key-infrastructure.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import {
  jsonResponse,
  type ApiResponse,
  type Handled,
  type StreamResponse,
} from '../exchange/api-response.ts'
import { readBody } from './read-body.ts'

interface HttpServerOptions {
  readonly identity: KeyAndCertificate
  readonly caCertificate: string
  readonly tokenAuthenticators: readonly TokenAuthenticator[]
  readonly logger: Logger
  readonly clock: Clock
  readonly handle: (request: ApiRequest) => Handled
}

/** A request must have arrived completely within this time. */
const requestDeadlineMs = 60_000
/** When the server closes, requests under way may take this long. */
const closeGraceMs = 500
/** A watcher that reads so slowly that this much waits for it is disconnected. */
const streamBacklogBytesMax = 16 * 1024 * 1024

/** The TLS side of the server: connections, bodies, answers, streams. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #server: Server
  readonly #streams = new Set<() => void>()

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#server = createServer(
      {
        key: options.identity.privateKey,
        cert: options.identity.certificate,
        ca: options.caCertificate,
        requestCert: true,
        // Clients without a certificate use a token; the authenticator checks `authorized`.
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['http/1.1'],
        requestTimeout: requestDeadlineMs,
        keepAliveTimeout: 120_000,
        noDelay: true,
      },
      (request, response) => void this.#serve(request, response),
    )
  }

  /** Listens and returns the port. */
  async listen(host: string, port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(port, host, resolve)
    await promise
    this.#server.off('error', reject)
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends the streams properly, lets requests under way finish and closes every connection. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    for (const end of this.#streams) end()
    this.#server.closeIdleConnections()
    const force = this.#options.clock.setTimer(closeGraceMs, () =>
      this.#server.closeAllConnections(),
    )
    await promise
    force.cancel()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const warnings: string[] = []
    try {
      const handled = this.#options.handle(await this.#receive(request, warnings))
      if ('start' in handled) this.#stream(response, handled, warnings)
      else send(response, handled, warnings)
    } catch (error) {
      this.#fail(request, response, error, warnings)
    }
  }

  async #receive(request: IncomingMessage, warnings: string[]): Promise<ApiRequest> {
    const user = impersonate(authenticate(request, this.#options.tokenAuthenticators), request)
    const url = new URL(`https://server${request.url ?? '/'}`)
    const { headers } = request
    return {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      accept: headers.accept ?? '*/*',
      contentType: headers['content-type'] ?? '',
      userAgent: headers['user-agent'] ?? '',
      ifNoneMatch: headers['if-none-match'] ?? '',
      body: await readBody(request),
      user,
      warn: (message) => void warnings.push(message),
    }
  }

  #fail(
    request: IncomingMessage,
    response: ServerResponse,
    error: unknown,
    warnings: readonly string[],
  ): void {
    if (response.headersSent || (request.destroyed && !request.complete)) {
      response.destroy()
      return
    }
    const failure = error instanceof StatusError ? error : this.#internal(request, error)
    const { retryAfterSeconds } = failure
    const headers = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : undefined
    send(response, jsonResponse(failure.code, failure.status, headers), warnings)
  }

  #internal(request: IncomingMessage, error: unknown): StatusError {
    this.#options.logger.error(
      { error, method: request.method, path: request.url?.split('?')[0] },
      'a request failed for a reason that is ours',
    )
    return errors.internal(error instanceof Error ? error.message : 'unknown', error)
  }

  #stream(response: ServerResponse, handled: StreamResponse, warnings: readonly string[]): void {
    const end = (): void => void response.end()
    this.#streams.add(end)
    response.once('close', () => {
      this.#streams.delete(end)
      handled.stop()
    })
    const headers: OutgoingHttpHeaders = {
      'content-type': handled.contentType,
      'cache-control': 'no-cache, private',
      ...warningHeader(warnings),
    }
    response.writeHead(200, headers)
    response.flushHeaders()
    handled.start({
      write(chunk) {
        response.write(chunk)
        if (response.writableLength > streamBacklogBytesMax) response.destroy()
      },
      end,
    })
  }
}

function send(response: ServerResponse, answer: ApiResponse, warnings: readonly string[]): void {
  const body = Buffer.from(answer.body)
  const headers: OutgoingHttpHeaders = {
    'cache-control': 'no-cache, private',
    ...answer.headers,
    'content-length': String(body.length),
    ...warningHeader(warnings),
  }
  response.writeHead(answer.status, headers)
  response.end(body)
}

function warningHeader(warnings: readonly string[]): OutgoingHttpHeaders {
  if (warnings.length === 0) return {}
  const values = [...new Set(warnings)].map((message) => `299 - ${quoted(message)}`)
  return { warning: values.join(', ') }
}

/** A quoted-string of RFC 9110; characters that a header cannot hold become question marks. */
function quoted(message: string): string {
  const safe = message.replaceAll(/[^\x20-\x7e]/g, '?')
  return `"${safe.replaceAll(/["\\]/g, '\\$&')}"`
}
