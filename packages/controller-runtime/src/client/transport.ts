import { type Duplex, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { abortReason, type Clock, openScope, readRetryAfterSeconds, sleep } from '@fairlead/base'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Handshake } from '../websocket/handshake.ts'
import { WebSocketError } from '../websocket/web-socket-error.ts'
import { ConnectionError, isBrokenConnection, networkErrorCode } from './connection-error.ts'
import { ConnectionPool } from './connection-pool.ts'
import { exchange, type Exchange } from './exchange.ts'
import { headerValue } from './header-value.ts'
import { impersonationHeaders } from './impersonation-headers.ts'
import type { RequestRate } from './request-rate.ts'
import { responseError } from './response-error.ts'
import { type WarningHandler, warningTexts } from './server-warnings.ts'
import type { WriteFence } from './write-fence.ts'

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query. */
  readonly path: string
  readonly body?: string | undefined
  readonly contentType?: string | undefined
  /** The forms of the answer that are understood. Defaults to JSON. */
  readonly accept?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Whether the answer may be compressed; a watch, which is read as it comes, is not. */
  readonly mayBeCompressed?: boolean
  /** Asks for a WebSocket. It counts as a write: what is done through it changes things. */
  readonly handshake?: Handshake
}

/** A request that asks for a WebSocket. */
type UpgradeRequest = TransportRequest & { readonly handshake: Handshake; signal: AbortSignal }

interface TransportOptions {
  readonly clock: Clock
  readonly userAgent: string
  readonly metrics?: Metrics | undefined
  readonly onWarning: WarningHandler
  readonly rate?: RequestRate | undefined
  readonly fence?: WriteFence | undefined
  readonly http2?: boolean | undefined
}

const retriesLimit = 10
const retryAfterLimitSeconds = 30
const brokenConnectionPauseLimitMs = 1000
const errorBodyLimitBytes = 1024 * 1024
/** Far above what an API server sends in one response; only protects our memory. */
const bodyLimitBytes = 512 * 1024 * 1024

/**
 * Sends requests to one API server.
 *
 * - 429 and 5xx with Retry-After are retried after that time, at most ten times: the server says
 *   that it did not act on them.
 * - A GET on a connection that broke is retried, at most ten times.
 * - A 401 renews the credentials and is retried once.
 * - No request is sent faster than the rate allows, if there is one.
 *
 * A write is sent only while the fence, if there is one, allows it.
 *
 * Deadlines are up to the caller, through `signal`: they span all attempts.
 */
export class Transport {
  readonly #config: KubeConfig
  readonly #clock: Clock
  readonly #metrics: Metrics | undefined
  readonly #fence: WriteFence | undefined
  readonly #connections: ConnectionPool
  /** What becomes a WebSocket begins as HTTP/1.1. */
  readonly #upgrades: ConnectionPool
  /** What has become a WebSocket, which its pool knows no more. */
  readonly #sockets = new Set<Duplex>()
  readonly #basePath: string
  readonly #host: string
  readonly #fixedHeaders: Readonly<Record<string, string | string[]>>
  readonly #compresses: boolean
  readonly #onWarning: WarningHandler
  readonly #rate: RequestRate | undefined
  readonly #origin: string

  constructor(config: KubeConfig, options: TransportOptions) {
    const server = new URL(config.server)
    this.#config = config
    this.#clock = options.clock
    this.#metrics = options.metrics
    this.#onWarning = options.onWarning
    this.#rate = options.rate
    this.#origin = server.origin
    this.#compresses = config.compression ?? !isThisMachine(server.hostname)
    this.#host = server.host
    this.#basePath = server.pathname.replace(/\/+$/, '')
    this.#fence = options.fence
    const { http2 = false, fence } = options
    const connect = (more: { http2: boolean }) =>
      new ConnectionPool(server.origin, config.tls, { proxy: config.proxy, fence, ...more })
    this.#connections = connect({ http2 })
    this.#upgrades = http2 ? connect({ http2: false }) : this.#connections
    this.#fixedHeaders = {
      accept: 'application/json',
      'user-agent': headerValue(options.userAgent),
      ...impersonationHeaders(config.impersonate),
    }
  }

  /** The decoded JSON of a successful response. */
  async json(request: TransportRequest & { signal: AbortSignal }): Promise<unknown> {
    const response = await this.open({ ...request, mayBeCompressed: true })
    const text = await this.#readBody(request, response, bodyLimitBytes)
    this.#metrics?.restClient.responseSize.observe(this.#verbLabels(request), text.length)
    try {
      const value: unknown = JSON.parse(text)
      return value
    } catch (cause) {
      throw new ConnectionError(`${describe(request)}: the response is not JSON`, { cause })
    }
  }

  /** The connection after a WebSocket's handshake. Throws as `open`, and WebSocketError. */
  async connect(request: UpgradeRequest): Promise<{ socket: Duplex; protocol: string }> {
    const { statusCode, headers, body, socket } = await this.open(request)
    if (socket === undefined) {
      await body.dump()
      throw new WebSocketError(
        `${describe(request)}: the server answered ${statusCode} to a WebSocket handshake: it, or a ` +
          'proxy on the way, does not know WebSockets',
      )
    }
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    try {
      return { socket, protocol: request.handshake.protocolOf(headers) }
    } catch (error) {
      socket.destroy()
      throw error
    }
  }

  /** The successful response with its body unread. Throws StatusError, ConnectionError. */
  async open(request: TransportRequest): Promise<Exchange> {
    let renewed = false
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#attempt(request, attempt)
      if (response === undefined) continue
      if (response.statusCode < 400) return response
      const retryAfterSeconds = readRetryAfterSeconds(response.headers, this.#clock.now())
      if (response.statusCode === 401 && !renewed) {
        renewed = true
        this.#config.credentials.invalidate()
      } else if (attempt >= retriesLimit || !mayRetry(response.statusCode, retryAfterSeconds)) {
        throw await this.#failure(request, response, retryAfterSeconds)
      } else {
        await response.body.dump()
        await this.#pause(Math.min(retryAfterSeconds ?? 0, retryAfterLimitSeconds) * 1000, request)
        this.#countRetry(request, String(response.statusCode))
        continue
      }
      await response.body.dump()
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy(new Error('the client was closed'))
    await Promise.all([this.#connections.close(), this.#upgrades.close()])
  }

  /** One exchange; undefined if the connection broke and the request may be retried. */
  async #attempt(request: TransportRequest, attempt: number): Promise<Exchange | undefined> {
    await this.#waitForTurn(request)
    const startMs = this.#clock.monotonicMs()
    let code = '<error>'
    using scope = openScope({ parents: [request.signal] })
    const { credentials, tls } = this.#config
    const presented = await credentials.current(scope.signal)
    const ca = await (tls.currentCa?.() ?? tls.ca)
    try {
      const pool = request.handshake === undefined ? this.#connections : this.#upgrades
      const response = await exchange(pool.for(presented, ca), {
        origin: this.#origin,
        method: request.method,
        path: this.#basePath + request.path,
        headers: this.#headers(request, presented.authorization),
        body: request.body ?? null,
        signal: request.signal ?? null,
        ...(request.handshake === undefined ? {} : { upgrade: 'websocket' }),
      })
      code = String(response.statusCode)
      for (const text of warningTexts(response.headers['warning'])) {
        // What a handler throws is no failure of the request.
        queueMicrotask(() => this.#onWarning({ text, request: describe(request) }))
      }
      return response
    } catch (cause) {
      if (request.signal?.aborted) throw abortReason(request.signal)
      if (!isRead(request)) this.#fence?.check()
      if (isRead(request) && attempt < retriesLimit && isBrokenConnection(cause)) {
        await this.#pause(Math.min(10 * 2 ** attempt, brokenConnectionPauseLimitMs), request)
        this.#countRetry(request, code)
        return undefined
      }
      throw this.#connectionError(request, cause)
    } finally {
      this.#observe(request, code, startMs)
    }
  }

  async #failure(
    request: TransportRequest,
    response: Exchange,
    retryAfterSeconds: number | undefined,
  ): Promise<Error> {
    const body = await this.#readBody(request, response, errorBodyLimitBytes)
    return responseError({
      code: response.statusCode,
      body,
      what: describe(request),
      retryAfterSeconds,
    })
  }

  async #readBody(
    request: TransportRequest,
    response: Exchange,
    limitBytes: number,
  ): Promise<string> {
    const chunks: Buffer[] = []
    let bytes = 0
    try {
      for await (const chunk of decoded(response)) {
        bytes += chunk.length
        if (bytes > limitBytes) {
          throw new ConnectionError(
            `${describe(request)}: the response is larger than ${limitBytes} bytes`,
          )
        }
        chunks.push(chunk)
      }
    } catch (cause) {
      if (request.signal?.aborted) throw abortReason(request.signal)
      throw cause instanceof ConnectionError ? cause : this.#connectionError(request, cause)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  #headers(
    request: TransportRequest,
    authorization: string | undefined,
  ): Record<string, string | string[]> {
    return {
      ...this.#fixedHeaders,
      ...(request.accept === undefined ? {} : { accept: request.accept }),
      ...request.handshake?.headers,
      ...(this.#compresses && request.mayBeCompressed ? { 'accept-encoding': 'gzip' } : {}),
      ...(authorization === undefined ? {} : { authorization }),
      ...(request.body === undefined
        ? {}
        : { 'content-type': request.contentType ?? 'application/json' }),
    }
  }

  #connectionError(request: TransportRequest, cause: unknown): ConnectionError {
    return new ConnectionError(
      `${describe(request)}: connection to ${this.#host} failed: ${reasonOf(cause)}`,
      {
        cause,
      },
    )
  }

  async #waitForTurn(request: TransportRequest): Promise<void> {
    const delayMs = this.#rate?.reserve(this.#clock.monotonicMs()) ?? 0
    if (delayMs > 0) await this.#pause(delayMs, request)
    if (this.#rate === undefined) return
    this.#metrics?.restClient.rateLimiter.observe(this.#verbLabels(request), delayMs / 1000)
  }

  #pause(delayMs: number, request: TransportRequest): Promise<void> {
    return sleep(this.#clock, delayMs, request.signal)
  }

  #verbLabels(request: TransportRequest): { verb: string; host: string } {
    return { verb: request.method, host: this.#host }
  }

  #countRetry(request: TransportRequest, code: string): void {
    this.#metrics?.restClient.retries.inc({ ...this.#verbLabels(request), code })
  }

  #observe(request: TransportRequest, code: string, startMs: number): void {
    const restClient = this.#metrics?.restClient
    if (restClient === undefined) return
    const labels = this.#verbLabels(request)
    restClient.requests.inc({ code, method: request.method, host: this.#host })
    restClient.duration.observe(labels, (this.#clock.monotonicMs() - startMs) / 1000)
    restClient.requestSize.observe(labels, Buffer.byteLength(request.body ?? ''))
  }
}

/** The system's code, which is known by heart, or what undici says, whose codes nobody knows. */
function reasonOf(cause: unknown): string {
  const code = networkErrorCode(cause)
  if (code !== undefined && !code.startsWith('UND_ERR_')) return code
  return cause instanceof Error ? cause.message : String(cause)
}

/** The bytes of the answer as they were before compression. */
function decoded({ body, headers }: Exchange): AsyncIterable<Buffer> {
  if (headers['content-encoding'] !== 'gzip') return body as AsyncIterable<Buffer>
  // The iteration throws what breaks either stream, so the callback has nothing to do.
  return pipeline(body, createGunzip(), () => {}) as AsyncIterable<Buffer>
}

/** On this machine compression costs more than it saves. */
function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

function mayRetry(code: number, retryAfterSeconds: number | undefined): boolean {
  return retryAfterSeconds !== undefined && (code === 429 || code >= 500)
}

function isRead({ method, handshake }: TransportRequest): boolean {
  return method === 'GET' && handshake === undefined
}

function describe(request: TransportRequest): string {
  return `${request.method} ${request.path.split('?', 1)[0]}`
}
