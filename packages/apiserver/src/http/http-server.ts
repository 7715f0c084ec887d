import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { SecureContextOptions } from 'node:tls'

import type { Clock, Logger } from '@fairlead/base'
import { errors, StatusError } from '@fairlead/kube-core'
import type { KeyAndCertificate } from '@fairlead/pki'

import type { ApiRequest } from '../exchange/api-request.ts'
import { DroppedConnection } from '../exchange/dropped-connection.ts'
import {
  jsonResponse,
  unsniffedText,
  type ApiResponse,
  type Handled,
  type StreamResponse,
} from '../exchange/api-response.ts'
import { type AnswerForm, answerFormOf } from './answer-form.ts'
import { BodyBudget } from './body-budget.ts'
import { boundSocket } from './bound-socket.ts'
import { encodeAnswer } from './encode-answer.ts'
import { HeaderBudget } from './header-budget.ts'
import { TooManyRequests } from './in-flight.ts'
import { answerMalformed } from './malformed-request.ts'
import { OpenStreams } from './open-streams.ts'
import { type ReceivingServices, receiveRequest } from './receive-request.ts'
import { parseRequestTarget } from './request-target.ts'
import { sendAnswer } from './send-answer.ts'

interface HttpServerOptions extends Omit<ReceivingServices, 'bodies'> {
  readonly identity: KeyAndCertificate
  /** PEM of the authorities whose client certificates are believed. */
  readonly clientAuthorities: string
  readonly logger: Logger
  readonly clock: Clock
  readonly handle: (request: ApiRequest) => Handled | Promise<Handled>
}

/** A request must arrive completely within this time. */
const requestDeadlineMs = 60_000
/** Grace period for requests in flight when the server closes. */
const closeGraceMs = 500
/** What comes from accept to the end of the TLS handshake, and then to the end of the headers. */
const headersDeadlineMs = 10_000
/** Each watch has one: only HTTP/1.1 is spoken. */
const connectionsMax = 2_500
/** As MaxHeaderBytes in apiserver's secure_serving.go. */
const headersBytesMax = 1 << 20

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
  readonly #receiving: ReceivingServices
  readonly #streams: OpenStreams
  readonly #headers = new HeaderBudget()
  #closing = false

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#receiving = { ...options, bodies: new BodyBudget() }
    this.#streams = new OpenStreams(options.clock)
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
    this.#server.on('secureConnection', (socket) => this.#headers.follow(socket))
    this.#server.on('checkContinue', (request, response) => {
      // Whether a client that is refused sends its body all the same cannot be told.
      response.shouldKeepAlive = false
      void this.#serve(request, response)
    })
    this.#server.on('clientError', answerMalformed)
  }

  /** Uses another certificate for connections that come from now on. */
  serveWith(identity: KeyAndCertificate): void {
    this.#server.setSecureContext(secureContext(identity, this.#options.clientAuthorities))
  }

  /** Listens; resolves to the port. */
  async listen(host: string, port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const socket = boundSocket(host, port)
    this.#server.once('error', reject)
    this.#server.listen(socket ?? { host, port }, resolve)
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
    this.#streams.endAll()
    this.#server.closeIdleConnections()
    const force = this.#options.clock.setTimer(closeGraceMs, () =>
      this.#server.closeAllConnections(),
    )
    await promise
    force.cancel()
    // Node.js reports a response as closed later than its server, or never if it was pipelined.
    this.#streams.stopAll()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const warnings: string[] = []
    const receivedMs = this.#options.clock.monotonicMs()
    response.setHeader('audit-id', auditIdOf(request))
    const target = parseRequestTarget(request.url ?? '/')
    const form = answerFormOf(request.headers, target?.query ?? new URLSearchParams())
    if (target === undefined) {
      return this.#send(response, form, unsniffedText(400, '400 Bad Request'), warnings)
    }
    try {
      this.#headers.begins(request, response)
      const received = await receiveRequest(request, response, target, this.#receiving)
      try {
        const warn = (message: string): void => void warnings.push(message)
        const handled = await this.#options.handle({ ...received.request, receivedMs, warn })
        if ('start' in handled) this.#stream(response, handled, warnings)
        else await this.#send(response, form, handled, warnings)
      } finally {
        received.leave()
      }
    } catch (error) {
      await this.#fail(request, response, form, error, warnings)
    }
  }

  #stream(response: ServerResponse, handled: StreamResponse, warnings: readonly string[]): void {
    this.#lastWhenClosing(response)
    this.#streams.open(response, handled, warnings)
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
}

/** As tooManyRequests in apiserver's filters. */
const tooManyRequests: ApiResponse = unsniffedText(
  429,
  'Too many requests, please try again later.\n',
  { 'retry-after': '1' },
)

/** By which a client finds its request again; it may choose it itself. */
function auditIdOf({ headers }: IncomingMessage): string {
  const chosen = headers['audit-id']
  const isUsable = typeof chosen === 'string' && /^[\x21-\x7e]{1,64}$/.test(chosen)
  return isUsable ? chosen : randomUUID()
}
