import type { Clock, Logger } from '@fairlead/base'
import type { HeaderFields } from '@fairlead/http1'
import type { LLMGatewaySettings, ReplicaProblem } from '@fairlead/snapshot'
import type { Registry } from 'prom-client'
import type { SecretSource } from '../sources/sources.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import { CallTrace } from './call-trace.ts'
import { isSampled } from './sampling.ts'
import { attributesJson, type Span, spanJson } from './span.ts'
import { SpanExporter } from './span-exporter.ts'
import { SpanMetrics } from './span-metrics.ts'
import { readTraceContext } from './trace-context.ts'
import { TraceIds } from './trace-ids.ts'
import {
  type MissingHeader,
  sendsAlike,
  type TelemetryEnvironment,
  type TracePlan,
  tracePlan,
} from './trace-plan.ts'

/** How long spans may take to leave when the gateway stops or sends them elsewhere. */
const flushMs = 5_000
const connectMs = 5_000
/** One request at a time; another while a connection closes. */
const connectionsMax = 2

/** Nothing is traced. */
const noEnvironment: TelemetryEnvironment = {
  isDisabled: false,
  tracesURL: undefined,
  headers: [],
  resource: { 'service.name': 'fairlead' },
  sampling: { isParentBased: true, ratio: 1 },
}

interface TracingOptions {
  readonly environment: TelemetryEnvironment | undefined
  readonly secrets: Pick<SecretSource, 'get'>
  readonly pools: UpstreamPools
  readonly registry: Registry
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly logger: Logger
}

/** Traces calls as the configuration in force says. Costs a call nothing where it is off. */
export class Tracing {
  readonly #options: TracingOptions
  readonly #environment: TelemetryEnvironment
  readonly #metrics: SpanMetrics
  readonly #ids = new TraceIds()
  #gateway: LLMGatewaySettings | undefined
  #plan: TracePlan | undefined
  #exporter: SpanExporter | undefined
  /** Lets go of the connections of the exporter. */
  #release = () => {}
  #missing: readonly MissingHeader[] = []
  readonly #stopping = new Set<Promise<void>>()

  constructor(options: TracingOptions) {
    this.#options = options
    this.#environment = options.environment ?? noEnvironment
    this.#metrics = new SpanMetrics(options.registry)
  }

  /** Why calls are not traced as the LLMGateway wishes. */
  problems(): readonly ReplicaProblem[] {
    const gateway = this.#gateway
    if (gateway === undefined) return []
    return this.#missing.map(({ header, secret: { namespace, name, key } }) => ({
      kind: 'LLMGateway',
      namespace: gateway.namespace,
      name: gateway.name,
      reason: 'SecretKeyMissing',
      message: `No spans are sent: the header "${header}" has no value, because there is no Secret ${namespace}/${name} with a key "${key}".`,
    }))
  }

  /** Follows a configuration. */
  configure(gateway: LLMGatewaySettings): void {
    this.#gateway = gateway
    this.secretsChanged()
  }

  /** Reads the values of Secrets again. */
  secretsChanged(): void {
    const gateway = this.#gateway
    if (gateway === undefined) return
    const { telemetry, allowPrivateNetworks } = gateway
    const { secrets } = this.#options
    const environment = this.#environment
    const { plan, missing } = tracePlan(telemetry, allowPrivateNetworks, environment, secrets)
    this.#missing = missing
    if (plan === undefined || !sendsAlike(this.#plan, plan)) {
      this.#stopExporter()
      this.#exporter = plan === undefined ? undefined : this.#open(plan)
    }
    this.#plan = plan
  }

  /** The trace of a call that begins; undefined if none is kept, and nothing is changed. */
  begin(headers: HeaderFields): CallTrace | undefined {
    const plan = this.#plan
    if (plan === undefined) return undefined
    const parent = readTraceContext(headers.get('traceparent'), headers.get('tracestate'))
    const traceId = parent?.traceId ?? this.#ids.traceId()
    const sampled = isSampled(plan.sampling, traceId, parent)
    return new CallTrace(traceId, parent, sampled, plan, this.#ids)
  }

  /** The trace of a call that the gateway makes for another one, whose trace is given. */
  beginWithin(within: CallTrace): CallTrace {
    const { isSampled: sampled, parent, plan, spanId, traceId } = within
    const traceState = parent?.traceState
    const context = { traceId, parentSpanId: spanId, isSampled: sampled, traceState }
    return new CallTrace(traceId, context, sampled, plan, this.#ids)
  }

  /** Sends the spans of one call, soon. */
  export(spans: readonly Span[]): void {
    const json = spans.map(spanJson).join(',')
    if (this.#exporter === undefined) this.#metrics.dropped('Stopped', spans.length)
    else this.#exporter.add({ json, spans: spans.length })
  }

  /** Resolves when everything has left or its time is over. */
  async stop(): Promise<void> {
    this.#plan = undefined
    this.#gateway = undefined
    this.#stopExporter()
    await Promise.all(this.#stopping)
  }

  #stopExporter(): void {
    const exporter = this.#exporter
    this.#exporter = undefined
    if (exporter === undefined) return
    const release = this.#release
    const stopped = exporter.stop(flushMs).finally(() => {
      release()
      this.#stopping.delete(stopped)
    })
    this.#stopping.add(stopped)
  }

  #open({ url, headers, allowPrivate }: TracePlan): SpanExporter {
    const { clock, logger, pools, random } = this.#options
    const { origin, pathname, search } = new URL(url)
    const resource = attributesJson(Object.entries(this.#environment.resource))
    const { transport, release } = pools.acquire({
      origin,
      proxy: undefined,
      isClusterService: false,
      tls: undefined,
      allowPrivate,
      connectionsMax,
      connectMs,
    })
    this.#release = release
    return new SpanExporter({
      transport,
      path: `${pathname}${search}`,
      headers,
      envelope: [
        `{"resourceSpans":[{"resource":{"attributes":${resource}},"scopeSpans":[{"scope":{"name":"fairlead"},"spans":[`,
        ']}]}]}',
      ],
      metrics: this.#metrics,
      clock,
      random,
      logger,
    })
  }
}
