import type { Cancellation, Clock } from '@fairlead/base'
import { ConnectionLost, MessageError } from '@fairlead/http1'
import { gatewayError } from '../errors/gateway-error.ts'
import type { EndpointPool, EndpointPoolState } from '../sources/sources.ts'
import { EgressDenied } from '../upstream/egress-connector.ts'
import type { Exchange, Transport, UpstreamRequest } from '../upstream/exchange.ts'
import type { ResolveHost } from '../upstream/resolve-host.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import { askPicker } from './ask-picker.ts'
import { EndpointTransports, type ServerRoute } from './endpoint-transports.ts'
import { ImmediateExchange } from './immediate-exchange.ts'
import { pickedRequest, refusalHeaders } from './picked-request.ts'
import { PickerConnection, type PickerRoute } from './picker-connection.ts'
import { PickerFailure } from './picker-failure.ts'
import type { PickerStream } from './picker-stream.ts'
import { PoolEndpoints } from './pool-endpoints.ts'
import { ReportedExchange } from './reported-exchange.ts'
import { ServedReport } from './served-report.ts'

/** What came of asking who is to serve a call. */
export type PickOutcome = 'Picked' | 'Refused' | 'FailedOpen' | 'Failed'

/** How a pool's picker and servers are called. */
export interface PoolRoute {
  /** `namespace/name` of the provider, for errors. */
  readonly provider: string
  /** What the pool is called in the requests that its picker is shown. */
  readonly authority: string
  readonly picker: Pick<PickerRoute, 'tls' | 'ca'> & { readonly timeoutMs: number }
  readonly servers: ServerRoute
}

export interface PoolTransportParts {
  readonly clock: Clock
  readonly pools: UpstreamPools
  readonly resolveHost: ResolveHost
  /** In [0, 1). */
  readonly random: () => number
  /** The pool as it is now. */
  readonly current: () => EndpointPoolState | undefined
  readonly count: (outcome: PickOutcome) => void
}

/**
 * The way to the servers of an InferencePool: its endpoint picker is asked for every request which of
 * them is to get it, and told which one answered. The endpoints that it names are tried in order while
 * no connection to them can be made.
 */
export class PoolTransport implements Transport {
  readonly #route: PoolRoute
  readonly #parts: PoolTransportParts
  readonly #servers: EndpointTransports
  #picker: { readonly address: string; readonly connection: PickerConnection } | undefined
  /** Made once for each state of the pool, which may have thousands of servers. */
  #known: { readonly pool: EndpointPool; readonly endpoints: PoolEndpoints } | undefined

  constructor(route: PoolRoute, parts: PoolTransportParts) {
    this.#route = route
    this.#parts = parts
    this.#servers = new EndpointTransports(route.servers, parts.pools)
  }

  /**
   * As `Transport` says; rejects with UpstreamFailure where there is no pool, or nobody chose. What the
   * picker answers itself is the exchange.
   */
  async open(request: UpstreamRequest, cancellation: Cancellation): Promise<Exchange> {
    const choice = await this.#choose(request, cancellation)
    if ('refusal' in choice) return choice.refusal
    const { endpoints, stream } = choice
    try {
      return await this.#openFirst(endpoints, choice.request, stream, cancellation)
    } catch (error) {
      stream?.cancel()
      throw error
    }
  }

  /** The pool has changed. */
  changed(): void {
    const pool = this.#parts.current()
    if (pool !== undefined && !('problem' in pool)) this.#servers.keepOnly(this.#endpointsOf(pool))
  }

  /** Closes all connections once their calls have ended. */
  close(): void {
    this.#picker?.connection.close()
    this.#servers.close()
  }

  #pool(): EndpointPool {
    const pool = this.#parts.current()
    if (pool !== undefined && !('problem' in pool)) return pool
    const detail = pool?.problem ?? 'its InferencePool has not been read yet'
    const error = gatewayError.poolUnusable(this.#route.provider, detail)
    throw new UpstreamFailure('Misconfigured', error, error.message)
  }

  async #choose(request: UpstreamRequest, cancellation: Cancellation): Promise<Choice> {
    const { clock, count } = this.#parts
    const { authority, picker, servers } = this.#route
    const target = { authority, scheme: servers.scheme }
    const question = { request, target, timeoutMs: picker.timeoutMs }
    try {
      const connection = this.#connectionTo(this.#pool())
      const { decision, stream } = await askPicker(connection, question, { clock, cancellation })
      if (decision.type === 'Refused') {
        stream.end()
        count('Refused')
        const { body, headers, status } = decision
        return { refusal: new ImmediateExchange(status, refusalHeaders(headers.set), body) }
      }
      // A picker may take its time until a server has come.
      const endpoints = this.#endpointsOf(this.#pool()).named(decision.destination)
      if (endpoints.length === 0) {
        stream.cancel()
        throw new PickerFailure('InvalidAnswer', 'it named no endpoint of the InferencePool')
      }
      count('Picked')
      return { endpoints, stream, request: pickedRequest(request, decision) }
    } catch (error) {
      if (!(error instanceof PickerFailure)) throw error
      return this.#withoutPicker(this.#pool(), request, error)
    }
  }

  /** What the pool wants where its picker has failed. */
  #withoutPicker(pool: EndpointPool, request: UpstreamRequest, failed: PickerFailure): Choice {
    const { count, random } = this.#parts
    const isOpen = pool.failureMode === 'FailOpen'
    const endpoints = isOpen ? this.#endpointsOf(pool).drawn(random()) : []
    if (endpoints.length > 0) {
      count('FailedOpen')
      return { endpoints, stream: undefined, request }
    }
    count('Failed')
    const without = isOpen ? ', and the InferencePool has no server that is ready' : ''
    const detail = `${failed.message}${without}`
    const { failure } = failed
    const { provider } = this.#route
    const error = gatewayError.endpointPickerFailed(provider, detail, failure, failed)
    throw new UpstreamFailure(failure, error, error.message)
  }

  #endpointsOf(pool: EndpointPool): PoolEndpoints {
    if (this.#known?.pool !== pool) this.#known = { pool, endpoints: new PoolEndpoints(pool) }
    return this.#known.endpoints
  }

  #connectionTo({ picker }: EndpointPool): PickerConnection {
    const { host, port } = picker
    const address = `${host}:${port}`
    if (this.#picker?.address === address) return this.#picker.connection
    this.#picker?.connection.close()
    const { picker: how, servers } = this.#route
    const connection = new PickerConnection(
      {
        host,
        port,
        tls: how.tls,
        ca: how.ca,
        allowPrivate: servers.allowPrivate,
        connectMs: Math.min(servers.connectMs, how.timeoutMs),
      },
      this.#parts,
    )
    this.#picker = { address, connection }
    return connection
  }

  async #openFirst(
    endpoints: readonly string[],
    request: UpstreamRequest,
    stream: PickerStream | undefined,
    cancellation: Cancellation,
  ): Promise<Exchange> {
    for (const [index, endpoint] of endpoints.entries()) {
      try {
        const exchange = await this.#servers.to(endpoint).open(request, cancellation)
        if (stream === undefined) return exchange
        const report = new ServedReport(stream)
        report.answered(exchange.status, exchange.headers, endpoint)
        return new ReportedExchange(exchange, report, cancellation)
      } catch (error) {
        const isLast = index === endpoints.length - 1
        if (isLast || cancellation.cancelled || !isOfConnection(error)) throw error
      }
    }
    throw new Error('no endpoint was chosen')
  }
}

type Choice =
  | { readonly refusal: Exchange }
  | {
      readonly endpoints: readonly string[]
      /** On which the picker waits to hear of the answer; undefined if it did not choose. */
      readonly stream: PickerStream | undefined
      readonly request: UpstreamRequest
    }

/** Whether another server may do better, and this one cannot have done the work already. */
function isOfConnection(error: unknown): boolean {
  const isAnswered = error instanceof MessageError || error instanceof ConnectionLost
  return !isAnswered && !(error instanceof EgressDenied)
}
