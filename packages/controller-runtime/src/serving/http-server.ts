import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import {
  aborted,
  type Clock,
  type Logger,
  openScope,
  systemClock,
  untilAborted,
} from '@fairlead/base'
import type { Runnable } from '../runnable.ts'
import { type BindAddress, formatBindAddress } from './bind-address.ts'
import type { CertificateSource } from './certificate-source.ts'
import { type HttpAnswer, type HttpHandler, textAnswer } from './http-handler.ts'
import { BodyTooLargeError, readBody } from './request-body.ts'

/** How a server speaks TLS. */
export interface ServingTls {
  readonly certificate: CertificateSource
  /** PEM of authorities: callers must show a certificate that one of them signed. */
  readonly clientCa?: string
  /** Defaults to TLS 1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
}

export interface HttpServerOptions {
  /** In logs and errors: `metrics server`. */
  readonly name: string
  readonly address: BindAddress
  readonly handle: HttpHandler
  /** Without it, plain HTTP. */
  readonly tls?: ServingTls
  /** Bodies may not be larger. Defaults to 7 MiB, as for Go's webhooks. */
  readonly bodyLimitBytes?: number
  /** How long an answer may take to be made. Defaults to 60 s. */
  readonly answerTimeoutMs?: number
  /** How long requests in progress may take when the server stops. Defaults to 20 s. */
  readonly shutdownTimeoutMs?: number
  readonly logger: Logger
  readonly clock?: Clock
}

const idleTimeoutMs = 90_000
const headersTimeoutMs = 32_000
/** A request must have come completely by then. */
const requestTimeoutMs = 60_000
/** A connection over which nothing moves for so long, while an answer is made or sent, is closed. */
const silenceLimitMs = 120_000
const headersBytesMax = 1 << 20
const connectionsMax = 1_024

type AnyServer = ReturnType<typeof createServer> | SecureServer

/**
 * An HTTP/1.1 server that a manager runs, on every replica, from before the cache starts until
 * after it has stopped. `start` rejects if it cannot listen. A changed certificate is shown on new
 * connections; those that are open go on.
 */
export class HttpServer implements Runnable {
  readonly needLeaderElection = false
  readonly stage = 'servers'
  readonly #options: HttpServerOptions
  readonly #clock: Clock
  readonly #listening = Promise.withResolvers<BindAddress>()
  readonly #closing = new AbortController()
  #address: BindAddress | undefined

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    // Nobody need have asked.
    this.#listening.promise.catch(() => {})
  }

  get name(): string {
    return this.#options.name
  }

  /** Where it listens, with the port that was picked; undefined before and after. */
  get address(): BindAddress | undefined {
    return this.#address
  }

  /** Resolves when it listens; rejects if it cannot, or the signal aborts. */
  whenListening(signal?: AbortSignal): Promise<BindAddress> {
    const { promise } = this.#listening
    return signal === undefined ? promise : untilAborted(promise, signal)
  }

  async start(signal: AbortSignal): Promise<void> {
    const { name, logger, tls } = this.#options
    let server: AnyServer
    try {
      server = this.#makeServer()
      const address = await this.#listen(server)
      this.#address = address
      this.#listening.resolve(address)
      logger.info(
        { address: formatBindAddress(address), secure: tls !== undefined },
        `the ${name} listens`,
      )
    } catch (error) {
      this.#listening.reject(error)
      throw error
    }
    await aborted(signal)
    this.#address = undefined
    await this.#close(server)
  }

  #makeServer(): AnyServer {
    try {
      return this.#createServer()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`the ${this.#options.name} cannot be made: ${reason}`, { cause })
    }
  }

  #createServer(): AnyServer {
    const options = {
      keepAliveTimeout: idleTimeoutMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: headersBytesMax,
    }
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch((error: unknown) => {
        const { logger, name } = this.#options
        logger.error({ err: error }, `the ${name} cannot answer a request`)
        response.destroy()
      })
    }
    const { tls } = this.#options
    const server =
      tls === undefined
        ? createServer(options, serve)
        : createSecureServer(
            {
              ...options,
              ...contextOf(tls),
              handshakeTimeout: headersTimeoutMs,
              ALPNProtocols: ['http/1.1'],
              ...(tls.clientCa === undefined
                ? {}
                : { requestCert: true, rejectUnauthorized: true }),
            },
            serve,
          )
    server.maxConnections = connectionsMax
    server.timeout = silenceLimitMs
    if (tls !== undefined) this.#follow(tls, server as SecureServer)
    return server
  }

  #follow(tls: ServingTls, server: SecureServer): void {
    const unfollow = tls.certificate.onChange(() => {
      try {
        server.setSecureContext(contextOf(tls))
      } catch (error) {
        const { logger, name } = this.#options
        logger.error({ err: error }, `the ${name} keeps its certificate: the new one is unusable`)
      }
    })
    server.once('close', unfollow)
  }

  async #listen(server: Server): Promise<BindAddress> {
    const { address, name } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(address, resolve)
    try {
      await promise
    } catch (cause) {
      await new Promise((closed) => server.close(closed))
      const reason = cause instanceof Error ? cause.message : String(cause)
      const at = formatBindAddress(address)
      throw new Error(`the ${name} cannot listen on ${at}: ${reason}`, { cause })
    }
    server.off('error', reject)
    server.on('error', (error) =>
      this.#options.logger.error({ err: error }, `the ${name} cannot accept a connection`),
    )
    const { port } = server.address() as AddressInfo
    return { ...address, port }
  }

  /** Lets requests in progress end, for as long as that is allowed. */
  async #close(server: AnyServer): Promise<void> {
    const { name, logger, shutdownTimeoutMs = 20_000 } = this.#options
    const { promise, resolve } = Promise.withResolvers<void>()
    server.close(() => resolve())
    server.closeIdleConnections()
    const force = this.#clock.setTimer(shutdownTimeoutMs, () => {
      logger.warn({ shutdownTimeoutMs }, `the ${name} closes connections with requests in progress`)
      this.#closing.abort(new Error(`the ${name} is closing`))
      server.closeAllConnections()
    })
    await promise
    force.cancel()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the caller has gone away')))
    using scope = openScope({
      parents: [gone.signal, this.#closing.signal],
      clock: this.#clock,
      timeoutMs: this.#options.answerTimeoutMs ?? 60_000,
      what: 'the answer to a request',
    })
    const answer = await this.#answer(request, scope.signal)
    if (response.destroyed) return
    // An idle connection would hold up the close, and what is left of a body is not read.
    if (this.#address === undefined || !request.complete) response.shouldKeepAlive = false
    try {
      send(response, answer)
    } catch (error) {
      // Such as a header that HTTP does not know.
      const { logger, name } = this.#options
      logger.error({ err: error }, `the ${name} cannot send an answer`)
      send(response, internalError)
    }
  }

  async #answer(request: IncomingMessage, signal: AbortSignal): Promise<HttpAnswer> {
    const url = parseTarget(request.url)
    if (url === undefined) return textAnswer(400, '400 Bad Request\n')
    const { bodyLimitBytes = 7 * 1024 * 1024, handle, logger, name } = this.#options
    const { method = 'GET', headers } = request
    try {
      const asked = { method, path: url.pathname, query: url.searchParams, headers, signal }
      const body = () => untilAborted(readBody(request, bodyLimitBytes), signal)
      const answered = Promise.resolve(handle({ ...asked, body }))
      return await untilAborted(answered, signal)
    } catch (error) {
      if (error instanceof BodyTooLargeError) return textAnswer(413, `${error.message}\n`)
      if (signal.aborted) return textAnswer(503, '503 Service Unavailable\n')
      logger.error({ err: error, method, path: url.pathname }, `the ${name} failed on a request`)
      return internalError
    }
  }
}

const internalError = textAnswer(500, '500 Internal Server Error\n')

function send(response: ServerResponse, { status, headers, body = '' }: HttpAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function contextOf({ certificate, clientCa, minVersion }: ServingTls): SecureContextOptions {
  return {
    ...certificate.current(),
    ...(clientCa === undefined ? {} : { ca: clientCa }),
    minVersion: minVersion ?? 'TLSv1.2',
  }
}

/** Only a path is a target here: proxies speak to others. */
function parseTarget(target: string | undefined): URL | undefined {
  if (target === undefined || !target.startsWith('/')) return undefined
  return URL.parse(`http://server${target}`) ?? undefined
}
