import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Clock, systemClock, systemRandom } from '@fairlead/base'
import { HttpServer, type MessageError } from '@fairlead/http1'
import { type Dialect, openAiChat } from '@fairlead/llm'
import { MemoryLedger } from '@fairlead/usage'
import { ServiceAccountTokens } from './access/tokens/service-account-tokens.ts'
import { TokenIssuers } from './access/tokens/token-issuers.ts'
import { answerTransformers } from './answer/answer-transformers.ts'
import { CallRecord } from './call/call-record.ts'
import { HeldBytes } from './call/held-bytes.ts'
import { ownRecentCalls } from './call/own-recent-calls.ts'
import { RunningCalls } from './call/running-calls.ts'
import type { Services } from './call/services.ts'
import { UsageNotes } from './call/usage-notes.ts'
import { ConversationStores } from './conversations/conversation-stores.ts'
import { drainServer } from './drain-server.ts'
import { gatewayError } from './errors/gateway-error.ts'
import { evaluateCase } from './evaluations/evaluate-case.ts'
import { EndpointPools } from './endpoint-picker/endpoint-pools.ts'
import type { Gateway, GatewayLists, GatewayOptions } from './gateway.ts'
import { handleRequest, type RequestHandling } from './handle-request.ts'
import { noIdentityEnvironment } from './identity/identity-environment.ts'
import { knowledgeSearcher } from './knowledge/external-retrievers.ts'
import { ListenerTls } from './listener/listener-tls.ts'
import { EventLoopLag } from './metrics/event-loop-lag.ts'
import { GatewayMetrics } from './metrics/gateway-metrics.ts'
import { ListenerMetrics } from './metrics/listener-metrics.ts'
import { registerRunningState } from './metrics/running-state-gauges.ts'
import { Mirrors } from './mirrors/mirrors.ts'
import { ownCounters } from './own-counters.ts'
import { GatewayCalls } from './own-calls/gateway-calls.ts'
import { ownCallBounds, OwnCallPlaces } from './own-calls/own-call-places.ts'
import { createCallAllowance } from './policies/call-allowance.ts'
import { AnswerCaching } from './policies/cache/answer-caching.ts'
import { MemoryAnswers } from './policies/cache/memory-answers.ts'
import { callPolicies } from './policies/call-policies.ts'
import type { AdmissionPolicy } from './policies/call-policy.ts'
import { PromptRenderer } from './prompts/prompt-renderer.ts'
import { providerTypes } from './providers/provider-types.ts'
import { Prober } from './probes/prober.ts'
import { Reporter } from './reporter.ts'
import { routingStrategies } from './routing/routing-strategies.ts'
import { ConditionFailures } from './runtime/condition-failures.ts'
import type { Runtime } from './runtime/runtime.ts'
import { RuntimeHolder } from './runtime/runtime-holder.ts'
import { Router } from './surfaces/router.ts'
import { noEndpointPools } from './sources/no-endpoint-pools.ts'
import { surfaces } from './surfaces/surfaces.ts'
import { Tracing } from './telemetry/tracing.ts'
import { providerHealths } from './upstream/provider-state.ts'
import { systemResolveHost } from './upstream/resolve-host.ts'
import { UpstreamPools } from './upstream/upstream-pools.ts'

/** For a batch of vectors of passages. */
const vectorsMs = 60_000

/** The built-in lists. */
const builtIn: GatewayLists = {
  surfaces,
  policies: callPolicies,
  transformers: answerTransformers,
  providerTypes,
  routingStrategies,
}

/**
 * Starts the data plane. Resolves when it is listening; rejects if it cannot listen on the port.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const clock = options.clock ?? systemClock
  const lists = { ...builtIn, ...options }
  const metrics = new GatewayMetrics(options.registry)
  const reporter = new Reporter(clock, (provider, failure) =>
    metrics.attempts.countEjection(provider, failure),
  )
  const resolve = options.resolveHost ?? systemResolveHost
  const pools = new UpstreamPools(resolve, clock)
  const { registry, logger, allowance = createCallAllowance() } = options
  const openCounters = options.openCounters ?? (() => ownCounters(clock))
  const changed = () => reporter.changed()
  const parts = { clock, registry, allowance, logger, openCounters, changed }
  const policies = lists.policies.map((create) => create(parts))
  const { answers: store = new MemoryAnswers(clock) } = options
  const caching = new AnswerCaching({ store, registry, clock, logger })
  const attemptGates = policies.flatMap(({ attemptGate }) => attemptGate ?? [])
  const callerLimits = policies.flatMap((policy) => policy.callerLimits ?? [])
  const services = createServices(options, {
    clock,
    metrics,
    pools,
    reporter,
    attemptGates,
    callerLimits,
    admissionPolicies: policies.filter((policy) => policy.stage === 'admission'),
    currentRuntime: () => runtimes.current,
  })
  const { tracing } = services
  const listenerTls = new ListenerTls({
    secrets: options.secrets,
    changed: () => reporter.changed(),
  })
  const prober = new Prober(services)
  const tokenIssuers = new TokenIssuers({
    secrets: options.secrets,
    pools,
    clock,
    serviceAccounts: new ServiceAccountTokens(options.reviewToken, clock),
    changed: () => reporter.changed(),
  })
  const endpointPools = new EndpointPools({
    source: options.endpointPools ?? noEndpointPools,
    pools,
    resolveHost: resolve,
    clock,
    random: options.random ?? systemRandom,
    registry,
    changed: () => reporter.changed(),
  })
  const conditionFailures = new ConditionFailures(metrics, options.logger, clock)
  const runtimes = new RuntimeHolder(
    options.snapshots,
    {
      secrets: options.secrets,
      pools,
      endpointPools,
      clock,
      tokenIssuers,
      identity: {
        environment: options.identity ?? noIdentityEnvironment,
        readFile: (path) => readFile(path, 'utf8'),
      },
      providerTypes: lists.providerTypes,
      routingStrategies: lists.routingStrategies,
      onConditionFailure: (route, failure) => conditionFailures.note(route, failure),
      onAccessConditionFailure: (policy, failure) => conditionFailures.noteAccess(policy, failure),
      stateOf: (provider) => reporter.stateOf(provider),
      credentialStates: reporter.credentialStates,
      callCounter: callCounters(),
    },
    options.logger,
    (runtime) => {
      services.stores.prepare(runtime)
      prober.follow(runtime.providers)
      tracing.configure(runtime.snapshot.gateway)
      listenerTls.configure(runtime.snapshot.gateway)
      for (const policy of policies) policy.configured?.(runtime)
      caching.configured(runtime)
      reporter.configured(runtime)
    },
  )
  reporter.watch(
    runtimes,
    [services.stores, tracing, listenerTls, tokenIssuers, endpointPools],
    policies,
  )
  options.secrets.subscribe(() => {
    tracing.secretsChanged()
    listenerTls.secretsChanged()
  })
  registerRunningState(options.registry, providerHealths, {
    configAgeSeconds: () => reporter.configAgeSeconds(),
    providerHealth: () => reporter.providerHealth(),
    quotaShares: () => reporter.quotaShares(),
    conversationStore: () => services.stores.availability(),
  })
  const handling: RequestHandling = {
    router: new Router(lists.surfaces),
    chain: {
      arrivalPolicies: policies.filter((policy) => policy.stage === 'arrival'),
      admissionPolicies: policies.filter((policy) => policy.stage === 'admission'),
      transformers: lists.transformers,
      mirrors: new Mirrors(registry),
      caching,
    },
    fallbackDialect: lists.surfaces[0]?.dialect ?? openAiChat,
    services,
  }
  const listenerMetrics = new ListenerMetrics(registry, () => listenerTls.certificateEndsMs)
  const server = createHttpServer(runtimes, handling, listenerMetrics)
  listenerTls.attach((tls) => server.secure(tls))
  const { address, port, family } = await server.listen(options.listen).catch((error: unknown) => {
    runtimes.stop()
    throw error
  })
  const eventLoopLag = new EventLoopLag(options.registry)
  const host = family === 'IPv6' ? `[${address}]` : address
  return {
    get url() {
      return `${runtimes.current?.snapshot.gateway.listenerTls ? 'https' : 'http'}://${host}:${port}`
    },
    port,
    setTicketKeys: (keys) => listenerTls.setTicketKeys(keys),
    report: () => reporter.report(),
    onReportChange: (listener) => reporter.subscribe(listener),
    embedder(model) {
      const runtime = runtimes.current
      if (runtime === undefined) throw gatewayError.notReady()
      const on = { runtime, caller: undefined, purpose: 'knowledge', timeoutMs: vectorsMs } as const
      return services.ownCalls.embedder(model, on)
    },
    async evaluateCase(asked) {
      const runtime = runtimes.current
      if (runtime === undefined) {
        return { problem: 'the gateway is not ready', scores: [], nanodollars: 0 }
      }
      return evaluateCase(asked, runtime, services)
    },
    announceStop: () => server.announceClose(),
    async drain(timeoutMs, idleMs = 0) {
      prober.stop()
      await drainServer(server, services, timeoutMs, idleMs)
      handling.chain.mirrors.stop()
      runtimes.stop()
      await tracing.stop()
      endpointPools.stop()
      pools.destroy()
      for (const policy of policies) await policy.close?.()
      await services.stores.close()
      eventLoopLag.stop()
    },
  }
}

function createServices(
  options: GatewayOptions,
  parts: {
    readonly clock: Clock
    readonly metrics: GatewayMetrics
    readonly pools: UpstreamPools
    readonly reporter: Reporter
    readonly attemptGates: Services['attemptGates']
    readonly callerLimits: Services['callerLimits']
    readonly admissionPolicies: readonly AdmissionPolicy[]
    readonly currentRuntime: () => Runtime | undefined
  },
): Services {
  const {
    admissionPolicies,
    currentRuntime,
    attemptGates,
    callerLimits,
    clock,
    metrics,
    pools,
    reporter,
  } = parts
  const { logger, registry, secrets, telemetry } = options
  const random = options.random ?? systemRandom
  const tracing = new Tracing({
    environment: telemetry,
    secrets,
    pools,
    registry,
    clock,
    random,
    logger,
  })
  const services: Services = {
    secrets: options.secrets,
    credentialStates: reporter.credentialStates,
    unpriced: reporter.unpriced,
    knowledgeStates: reporter.knowledge,
    knowledge: knowledgeSearcher({ pools, secrets, indexes: options.knowledge }),
    stores: new ConversationStores({
      open: (store, onAvailability) => options.openStore(store, onAvailability),
      secrets: options.secrets,
      clock,
      logger,
      changed: () => reporter.changed(),
    }),
    prompts: new PromptRenderer(random),
    metrics,
    tracing,
    recentCalls: options.recentCalls ?? ownRecentCalls(),
    audit: options.audit ?? { refused: () => {} },
    usage: new UsageNotes(options.ledger ?? new MemoryLedger()),
    logger: options.logger,
    clock,
    random,
    running: new RunningCalls(),
    heldBytes: new HeldBytes(),
    attemptGates,
    callerLimits,
    get ownCalls() {
      return ownCalls
    },
  }
  const places = new OwnCallPlaces(ownCallBounds)
  const ownCalls = new GatewayCalls({ services, admissionPolicies, places, currentRuntime })
  return services
}

function createHttpServer(
  runtimes: RuntimeHolder,
  handling: RequestHandling,
  listenerMetrics: ListenerMetrics,
): HttpServer {
  const { clock, logger } = handling.services
  return new HttpServer({
    clock,
    onHandshake: (outcome) => listenerMetrics.countHandshake(outcome),
    onRequest(request, response) {
      const record = new CallRecord(`req_${randomUUID()}`, clock)
      handleRequest({ request, response, record }, runtimes.current, handling).catch(
        (error: unknown) => {
          logger.error({ requestId: record.requestId, err: error }, 'request failed')
          response.destroy()
        },
      )
    },
    refusal: (error) => refusalOf(error, handling.fallbackDialect),
  })
}

/** The answer to what is not an HTTP request, in the shape of all other errors. */
function refusalOf(error: MessageError, dialect: Dialect) {
  const { body } = dialect.encodeError(gatewayError.malformedRequest(error))
  return { fields: ['content-type', 'application/json'], body: JSON.stringify(body) }
}

function callCounters(): (provider: string) => { calls: number } {
  const counters = new Map<string, { calls: number }>()
  return (provider) => {
    const counter = counters.get(provider) ?? { calls: 0 }
    counters.set(provider, counter)
    return counter
  }
}
