import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Registry } from 'prom-client'
import type { HttpHandler } from './http-handler.ts'
import { HttpServer } from './http-server.ts'
import type { RequestFilter } from './request-filter.ts'
import { routes } from './routes.ts'
import { resolveServing, type ServingEnvironment, type ServingOptions } from './serving-options.ts'
import type { ServerParts } from './server-parts.ts'

/** Defaults are those of Go: plain HTTP on `:8080`, for everybody. */
export interface MetricsServerOptions extends ServingOptions {
  /** More handlers, by exact path, such as `/debug`; behind the same authentication. */
  readonly extraHandlers?: Readonly<Record<string, HttpHandler>>
}

const compress = promisify(gzip)
const compressedFromBytes = 1_024

/** Serves the metrics of the registry at `/metrics`. Undefined if it is turned off. */
export function metricsServer(
  options: MetricsServerOptions,
  environment: ServingEnvironment,
): ServerParts | undefined {
  const name = 'metrics server'
  const { extraHandlers = {}, bindAddress = ':8080' } = options
  if ('/metrics' in extraHandlers) {
    throw new Error('/metrics is the metrics of the manager: give another handler another path')
  }
  const serving = resolveServing(name, { ...options, bindAddress }, environment)
  if (serving === undefined) return undefined
  const { filter, runnables, ...how } = serving
  const { clock, logger, metrics } = environment
  const handlers = { '/metrics': metricsHandler(metrics.registry), ...extraHandlers }
  const handle = routes(filtered(handlers, filter))
  return { server: new HttpServer({ name, ...how, handle, logger, clock }), runnables }
}

function filtered(
  handlers: Readonly<Record<string, HttpHandler>>,
  filter: RequestFilter,
): Readonly<Record<string, HttpHandler>> {
  return Object.fromEntries(
    Object.entries(handlers).map(([path, handler]) => [path, filter(handler)]),
  )
}

/** Prometheus' text format, compressed for whoever takes that. */
function metricsHandler(registry: Registry): HttpHandler {
  return async ({ headers }) => {
    const text = await registry.metrics()
    const answer = { status: 200, headers: { 'content-type': registry.contentType } }
    const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(
      String(headers['accept-encoding'] ?? ''),
    )
    if (!takesGzip || text.length < compressedFromBytes) return { ...answer, body: text }
    const encoded = { ...answer.headers, 'content-encoding': 'gzip' }
    return { ...answer, headers: encoded, body: await compress(text) }
  }
}
