import { apiVersionOf } from '@fairlead/kube-core'
import type { KubernetesList, ResourceType, TypedObject } from '@fairlead/kube-core'
import { type Clock, consoleLogger, type Logger, openScope, systemClock } from '@fairlead/base'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { callRequest, watchPath } from './call-request.ts'
import { type ClientCall, type ConnectCall, isWrite, type StreamCall } from './client-call.ts'
import { clientOf } from './client-of.ts'
import type { CallOptions, Client, WatchEvent, WatchOptions } from './client.ts'
import { ConnectionError } from './connection-error.ts'
import { deletionOf } from './deletion.ts'
import { WatchStreamError } from './line-splitter.ts'
import { acceptOf, formed, formOf } from './metadata-form.ts'
import { openConnection } from './open-connection.ts'
import { openStream } from './open-stream.ts'
import { RequestRate, type RequestRateOptions } from './request-rate.ts'
import { logEachOnce, type WarningHandler } from './server-warnings.ts'
import { StreamLife } from './stream-life.ts'
import { Transport } from './transport.ts'
import type { TransportRequest } from './transport.ts'
import { WatchDecoder } from './watch-events.ts'
import type { WriteFence } from './write-fence.ts'

export interface ClientOptions {
  readonly metrics?: Metrics
  /** Defaults to `fairlead-controller-runtime`. */
  readonly userAgent?: string
  /** Field manager of creates, updates and patches. The server's default is the user agent. */
  readonly fieldManager?: string
  /** Timeout of a call, retries included; watches have none. Defaults to 30 s. */
  readonly timeoutMs?: number
  readonly clock?: Clock
  /** Receives every warning that the server sends. By default each text is logged once. */
  readonly onWarning?: WarningHandler
  /** Where warnings are logged. Defaults to `consoleLogger()`. */
  readonly logger?: Logger
  /** Limits requests, each attempt and watch counted. Off by default: the server shares itself. */
  readonly rateLimit?: RequestRateOptions
  /** Writes are refused, and those on their way aborted, once it closes. */
  readonly fence?: WriteFence
  /**
   * Offers HTTP/2: where the server takes it, requests and watches share connections. Off by default;
   * docs/decisions/client-http2.md has the figures.
   */
  readonly http2?: boolean
}

/** Who we say we are, unless told otherwise. */
export const defaultUserAgent = 'fairlead-controller-runtime'

/** A client for one server. `close` closes its connections and aborts whatever runs on them. */
export function createClient(
  config: KubeConfig,
  options: ClientOptions = {},
): Client & { close(): Promise<void> } {
  const clock = options.clock ?? systemClock
  const timeoutMs = options.timeoutMs ?? 30_000
  const transport = new Transport(config, {
    clock,
    userAgent: options.userAgent ?? defaultUserAgent,
    metrics: options.metrics,
    onWarning: options.onWarning ?? logEachOnce(options.logger ?? consoleLogger()),
    rate: options.rateLimit === undefined ? undefined : new RequestRate(options.rateLimit),
    fence: options.fence,
    http2: options.http2,
  })

  async function send(request: TransportRequest, callOptions: CallOptions): Promise<unknown> {
    using scope = openScope({
      parents: [callOptions.signal, request.method === 'GET' ? undefined : options.fence?.signal],
      clock,
      timeoutMs: callOptions.timeoutMs ?? timeoutMs,
      what: `${request.method} ${request.path}`,
    })
    return await transport.json({ ...request, signal: scope.signal })
  }

  const lifeOf = (call: StreamCall | ConnectCall) =>
    new StreamLife({
      parents: [call.options.signal, isWrite(call) ? options.fence?.signal : undefined],
      clock,
      timeoutMs: call.options.timeoutMs ?? timeoutMs,
      what: `the answer of ${call.subresource}`,
    })

  const client = clientOf({
    async send(call) {
      const request = callRequest(call, options.fieldManager)
      if (call.verb === 'stream') return openStream(transport, request, lifeOf(call))
      if (call.verb === 'connect') {
        return openConnection(transport, { request, clock, life: lifeOf(call), ...call.options })
      }
      return answerTo(call, await send(request, call.options))
    },
    watch: (type, watch = {}) => openWatch(transport, type, watch),
    streamsLists: true,
  })
  return { ...client, close: () => transport.close() }
}

/** What the client answers a call with. */
function answerTo(call: ClientCall, answer: unknown): unknown {
  switch (call.verb) {
    case 'list':
      return completeItems(call.type, answer as KubernetesList<TypedObject>)
    case 'delete':
      return deletionOf(answer)
    case 'deleteAllOf':
      return undefined
    default:
      return formed(call.type, answer as TypedObject)
  }
}

async function* openWatch<T extends TypedObject>(
  transport: Transport,
  type: ResourceType<T>,
  watch: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const path = watchPath(type, watch)
  const accept = acceptOf(type, 'object')
  const response = await transport.open({ method: 'GET', path, accept, signal: watch.signal })
  watch.onActivity?.()
  const body = response.body as AsyncIterable<Uint8Array>
  try {
    const decoder = new WatchDecoder<T>(formOf(type))
    for await (const chunk of body) {
      watch.onActivity?.()
      yield* decoder.push(chunk)
    }
    decoder.end()
  } catch (cause) {
    watch.signal?.throwIfAborted()
    if (cause instanceof WatchStreamError) throw cause
    throw new ConnectionError(`the watch of ${type.plural} broke`, { cause })
  }
}

/** Fills in apiVersion and kind, which list items of built-in kinds lack. */
function completeItems<T extends TypedObject>(
  type: ResourceType<T>,
  list: KubernetesList<T>,
): KubernetesList<T> {
  if (type.metadataOnly === true) {
    const { apiVersion, kind } = { apiVersion: apiVersionOf(type), kind: `${type.kind}List` }
    return { ...list, apiVersion, kind, items: (list.items ?? []).map((one) => formed(type, one)) }
  }
  const kind = list.kind.replace(/List$/, '')
  const items = (list.items ?? []).map((item) =>
    item.kind === undefined ? { ...item, apiVersion: list.apiVersion, kind } : item,
  )
  return { ...list, items }
}
