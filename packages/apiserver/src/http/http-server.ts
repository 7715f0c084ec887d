import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { SecureContextOptions } from 'node:tls'

import type { Clock, Logger } from '@fairlead/base'
import { errors, StatusError } from '@fairlead/kube-core'

import type { Authenticator } from '../auth/authenticator.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import { impersonate } from '../auth/impersonate.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { DroppedConnection } from '../exchange/dropped-connection.ts'
import {
  jsonResponse,
  textResponse,
  type ApiResponse,
  type Handled,
  type StreamResponse,
} from '../exchange/api-response.ts'
import type { KeyAndCertificate } from '../pki/public-key-infrastructure.ts'
import { type AnswerForm, answerFormOf } from './answer-form.ts'
import { BodyBudget } from './body-budget.ts'
import { encodeAnswer } from './encode-answer.ts'
import { type RequestsInFlight, TooManyRequests } from './in-flight.ts'
import { isLongRunning } from './long-running.ts'
import { answerMalformed } from './malformed-request.ts'
import { readBody } from './read-body.ts'
import { parseResourcePath } from './request-path.ts'
import { parseRequestTarget, type RequestTarget } from './request-target.ts'
import { sendAnswer, warningHeader } from './send-answer.ts'
import { StalledStreams } from './stalled-streams.ts'

interface HttpServerOptions {
  readonly identity: KeyAndCertificate
  /** PEM of the authorities whose client certificates are believed. */
  readonly clientAuthorities: string
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly logger: Logger
  readonly clock: Clock
  readonly inFlight: RequestsInFlight
  readonly handle: (request: ApiRequest) => Handled | Promise<Handled>
}

/** A request must arrive completely within this time. */
const requestDeadlineMs = 60_000
/** Grace period for requests in flight when the server closes. */
const closeGraceMs = 500
/** What comes from accept to the end of the TLS handshake, and then to the end of the headers. */
const headersDeadlineMs = 10_000
const connectionsMax = 1_000
/** As MaxHeaderBytes in apiserver's secure_serving.go. */
const headersBytesMax = 1 << 20

interface OpenStream {
  /** Ends the response, so that the client sees a complete one. */
  readonly end: () => void
  /** Stops what produces the stream; safe to call more than once. */
  readonly stop: () => void
}

function secureContext(
  { privateKey, certificate }: KeyAndCertificate,
  clientAuthorities: string,
): SecureContextOptions {
  return {
    key: privateKey,
    cert: certificate,
    ca: clientAuthorities,
    // As for Go, whoever is named is believed, whether or not it may sign others.
    allowPartialTrustChain: true,
    minVersion: 'TLSv1.2',
  }
}

/** The TLS side of the server: connections, bodies, responses, streams. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #server: Server
  readonly #streams = new Set<OpenStream>()
  readonly #stalled: StalledStreams
  readonly #bodies = new BodyBudget()
  #closing = false

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#stalled = new StalledStreams(options.clock)
    this.#server = createServer(
      {
        ...secureContext(options.identity, options.clientAuthorities),
        requestCert: true,
        // Clients without a certificate use a token; the authenticator checks `authorized`.
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
        handshakeTimeout: headersDeadlineMs,
        headersTimeout: headersDeadlineMs,
        maxHeaderSize: headersBytesMax,
        requestTimeout: requestDeadlineMs,
        connectionsCheckingInterval: 1_000,
        keepAliveTimeout: 120_000,
        noDelay: true,
      },
      (request, response) => void this.#serve(request, response),
    )
    this.#server.maxConnections = connectionsMax
    this.#server.on('clientError', answerMalformed)
  }

  /** Uses another certificate for connections that come from now on. */
  serveWith(identity: KeyAndCertificate): void {
    this.#server.setSecureContext(secureContext(identity, this.#options.clientAuthorities))
  }

  /** Listens; resolves to the port. */
  async listen(host: string, port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(port, host, resolve)
    await promise
    this.#server.off('error', reject)
    return (this.#server.address() as AddressInfo).port
  }

  /**
   * Ends the streams properly, lets requests in progress finish within half a second, and closes
   * every connection. Nothing that a stream started is left running.
   */
  async close(): Promise<void> {
    this.#closing = true
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    for (const { end } of this.#streams) end()
    this.#server.closeIdleConnections()
    const force = this.#options.clock.setTimer(closeGraceMs, () =>
      this.#server.closeAllConnections(),
    )
    await promise
    force.cancel()
    // Node.js reports a response as closed later than its server, or never if it was pipelined.
    for (const { stop } of this.#streams) stop()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const warnings: string[] = []
    response.setHeader('audit-id', auditIdOf(request))
    const leaving: (() => void)[] = []
    const target = parseRequestTarget(request.url ?? '/')
    const form = answerFormOf(request.headers, target?.query ?? new URLSearchParams())
    if (target === undefined) {
      return this.#send(response, form, textResponse(400, '400 Bad Request'), warnings)
    }
    try {
      const received = await this.#receive(request, target, warnings, leaving)
      const handled = await this.#options.handle(received)
      if ('start' in handled) this.#stream(response, handled, warnings)
      else await this.#send(response, form, handled, warnings)
    } catch (error) {
      await this.#fail(request, response, form, error, warnings)
    } finally {
      for (const leave of leaving) leave()
    }
  }

  async #receive(
    request: IncomingMessage,
    target: RequestTarget,
    warnings: string[],
    leaving: (() => void)[],
  ): Promise<ApiRequest> {
    const authenticatedUser = this.#options.authenticator.userOf(request)
    const user = impersonate(this.#options.authorizer, authenticatedUser, request)
    const { headers, method = 'GET' } = request
    if (!isLongRunning({ method, ...target }, parseResourcePath(target.path))) {
      leaving.push(this.#options.inFlight.enter(method, user))
    }
    const { body, release } = await readBody(request, this.#bodies)
    leaving.push(release)
    return {
      method,
      ...target,
      host: headers.host ?? '',
      accept: headers.accept ?? '*/*',
      contentType: headers['content-type'] ?? '',
      userAgent: headers['user-agent'] ?? '',
      ifNoneMatch: headers['if-none-match'] ?? '',
      body,
      user,
      warn: (message) => void warnings.push(message),
    }
  }

  #send(
    response: ServerResponse,
    form: AnswerForm,
    answer: ApiResponse,
    warnings: readonly string[],
  ): void | Promise<void> {
    this.#lastWhenClosing(response)
    return sendAnswer(response, encodeAnswer(form, answer), warnings, this.#options.clock)
  }

  #fail(
    request: IncomingMessage,
    response: ServerResponse,
    form: AnswerForm,
    error: unknown,
    warnings: readonly string[],
  ): void | Promise<void> {
    const isGone = response.headersSent || (request.destroyed && !request.complete)
    if (isGone || error instanceof DroppedConnection) {
      response.destroy()
      return
    }
    if (error instanceof TooManyRequests)
      return this.#send(response, form, tooManyRequests, warnings)
    const failure = error instanceof StatusError ? error : this.#internal(request, error)
    const { retryAfterSeconds } = failure
    const headers = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : undefined
    const answer = jsonResponse(failure.code, failure.status, headers)
    return this.#send(response, form, answer, warnings)
  }

  /** A connection that is kept alive would hold up the close. */
  #lastWhenClosing(response: ServerResponse): void {
    if (this.#closing) response.shouldKeepAlive = false
  }

  #internal(request: IncomingMessage, error: unknown): StatusError {
    this.#options.logger.error(
      { error, method: request.method, path: request.url?.split('?')[0] },
      'a request failed with an internal error',
    )
    return errors.internal(error instanceof Error ? error.message : 'unknown', error)
  }

  #stream(response: ServerResponse, handled: StreamResponse, warnings: readonly string[]): void {
    const headers: Record<string, string | string[]> = {
      'content-type': handled.contentType,
      'cache-control': 'no-cache, private',
      ...warningHeader(warnings),
    }
    this.#lastWhenClosing(response)
    response.writeHead(200, headers)
    const end = (): void => void response.end()
    if (this.#closing) return end()
    const stream: OpenStream = {
      end,
      stop: () => {
        if (this.#streams.delete(stream)) handled.stop()
      },
    }
    this.#streams.add(stream)
    response.once('close', () => {
      this.#stalled.moved(response)
      stream.stop()
    })
    response.on('drain', () => {
      this.#stalled.moved(response)
      handled.resume()
    })
    response.flushHeaders()
    handled.start({
      write: (chunk) => {
        const takesMore = response.write(chunk)
        if (!takesMore) this.#stalled.stalls(response)
        return takesMore
      },
      end,
      drop: () => void response.destroy(),
    })
  }
}

/** As tooManyRequests in apiserver's filters. */
const tooManyRequests: ApiResponse = {
  status: 429,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' },
  body: 'Too many requests, please try again later.\n',
}

/** By which a client finds its request again; it may choose it itself. */
function auditIdOf({ headers }: IncomingMessage): string {
  const chosen = headers['audit-id']
  const isUsable = typeof chosen === 'string' && /^[\x21-\x7e]{1,64}$/.test(chosen)
  return isUsable ? chosen : randomUUID()
}
