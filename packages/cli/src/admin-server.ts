import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from '@fairlead/base'
import type { Registry } from 'prom-client'
import type { AdminAnswer } from './admin-answer.ts'
import { isAdminHost } from './admin-hosts.ts'
import { keepNewestConnections } from './newest-connections.ts'
import { takingPort } from './port-error.ts'

/** A few scrapers and probes; further connections close the oldest. */
const connectionsMax = 256
const headersTimeoutMs = 10_000
/** Of a connection on which nothing moves, whether it is read from or waits for a request. */
const idleTimeoutMs = 30_000

/** What `/metrics` answers. */
type MetricsSource = Pick<Registry, 'metrics' | 'contentType'>

export interface AdminServerOptions {
  readonly host: string
  readonly port: number
  /** Names, beside IP addresses and `localhost`, under which it may be asked; see `isAdminHost`. */
  readonly hostNames: readonly string[]
  readonly metrics: MetricsSource
  /** Serves `/healthz…` and `/readyz…`; undefined for other paths. */
  readonly probe: (path: string, query: URLSearchParams) => AdminAnswer | undefined
  /** Serves `/usage…`; undefined for other paths. There is none without a gateway. */
  readonly usage?: (path: string, query: URLSearchParams) => Promise<AdminAnswer | undefined>
  /** Told why an answer could not be given. */
  readonly logger: Logger
}

interface AdminServer {
  readonly url: string
  stop(): Promise<void>
}

/** Serves metrics, probes and usage, independent of the parts that they cover. Rejects with PortError. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const limits = { connectionsCheckingInterval: 1_000, maxHeaderSize: 16_384 }
  const server = createServer(limits, (request, response) => {
    answer(request, options).then(
      (result) => send(response, result),
      (error: unknown) => {
        options.logger.error({ error, url: request.url }, 'the admin port cannot answer')
        send(response, { status: 500, body: 'internal error; see the log\n' })
      },
    )
  })
  server.headersTimeout = headersTimeoutMs
  server.requestTimeout = headersTimeoutMs
  server.keepAliveTimeout = idleTimeoutMs
  server.setTimeout(idleTimeoutMs)
  keepNewestConnections(server, connectionsMax)
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  await takingPort('admin-port', listening)
  return {
    url: urlOf(options.host, server.address() as AddressInfo),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** `http://host:port` of a listening server, with brackets around IPv6. */
function urlOf(host: string, address: AddressInfo): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}

const notHere: AdminAnswer = {
  status: 404,
  body: 'not here; try /metrics, /healthz, /readyz?verbose or, of a gateway, /usage\n',
}

const otherHost: AdminAnswer = {
  status: 421,
  body: 'this is not a name of the admin port; use its IP address or localhost, or start fairlead with --admin-hosts NAME\n',
}

async function answer(request: IncomingMessage, options: AdminServerOptions): Promise<AdminAnswer> {
  if (!isAdminHost(request.headers.host, options.hostNames)) return otherHost
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, body: 'only GET and HEAD are supported\n' }
  }
  const url = URL.parse(request.url ?? '/', 'http://admin')
  if (url === null) return notHere
  if (url.pathname === '/metrics') {
    const body = await options.metrics.metrics()
    return { status: 200, body, contentType: options.metrics.contentType }
  }
  const usage = await options.usage?.(url.pathname, url.searchParams)
  return usage ?? options.probe(url.pathname, url.searchParams) ?? notHere
}

function send(response: ServerResponse, result: AdminAnswer): void {
  response.writeHead(result.status, {
    'content-type': result.contentType ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(result.body),
    'x-content-type-options': 'nosniff',
  })
  response.end(result.body)
}
