import type { Clock } from '@fairlead/base'
import type { FailureClass } from '@fairlead/llm'
import type { LLMProviderSettings, ReplicaProblem } from '@fairlead/snapshot'
import { KnowledgeStates } from './call/knowledge-states.ts'
import { UnpricedModels } from './prices/unpriced-models.ts'
import type { GatewayReport, ReportedCredential } from './report.ts'
import type { RuntimeHolder } from './runtime/runtime-holder.ts'
import type { Runtime } from './runtime/runtime.ts'
import type { ProviderRuntime } from './providers/provider-runtime.ts'
import type { CallPolicy } from './policies/call-policy.ts'
import { CredentialStates } from './upstream/credential-states.ts'
import { type ProviderHealth, ProviderState } from './upstream/provider-state.ts'
import { leastQuotaShareOf } from './upstream/quota-share.ts'

/** A part of the gateway that knows what is wrong with it. */
interface ProblemSource {
  problems(): readonly ReplicaProblem[]
  /** See `GatewayReport.notServed`. */
  notServed?(): string | undefined
}

/** Assembles the report of this replica, and notifies listeners when it changes. */
export class Reporter {
  /** Monotonic milliseconds since when the configuration is in force. */
  #configuredAtMs = 0
  #configHash: string | undefined
  readonly #listeners = new Set<() => void>()
  readonly #states = new Map<string, ProviderState>()
  readonly credentialStates: CredentialStates
  readonly unpriced: UnpricedModels
  readonly knowledge: KnowledgeStates
  readonly #clock: Clock
  readonly #ejected: (provider: string, failure: FailureClass) => void
  #runtimes: RuntimeHolder | undefined
  #others: readonly ProblemSource[] = []
  #policies: readonly CallPolicy[] = []

  /** `ejected` is told of every provider that is ejected, by `namespace/name`. */
  constructor(clock: Clock, ejected: (provider: string, failure: FailureClass) => void) {
    this.#clock = clock
    this.#ejected = ejected
    this.credentialStates = new CredentialStates(clock, () => this.changed())
    this.unpriced = new UnpricedModels(() => this.changed())
    this.knowledge = new KnowledgeStates(() => this.changed())
  }

  /** `others` have problems of their own to report, and so have `policies`. */
  watch(
    runtimes: RuntimeHolder,
    others: readonly ProblemSource[],
    policies: readonly CallPolicy[],
  ): void {
    this.#runtimes = runtimes
    this.#others = others
    this.#policies = policies
  }

  /** The state of a provider survives a change of configuration. */
  stateOf({ namespace, name, health }: LLMProviderSettings): ProviderState {
    const key = `${namespace}/${name}`
    const known = this.#states.get(key)
    known?.configure(health)
    const state =
      known ??
      new ProviderState(
        this.#clock,
        health,
        () => this.changed(),
        (failure) => this.#ejected(key, failure),
      )
    this.#states.set(key, state)
    return state
  }

  /** A configuration is in force from now on. */
  configured({ snapshot }: Runtime): void {
    if (snapshot.hash !== this.#configHash) this.#configuredAtMs = this.#clock.monotonicMs()
    this.#configHash = snapshot.hash
    this.changed()
  }

  /** Seconds since the configuration took effect; undefined before the first. */
  configAgeSeconds(): number | undefined {
    if (this.#configHash === undefined) return undefined
    return (this.#clock.monotonicMs() - this.#configuredAtMs) / 1000
  }

  /** Providers by `namespace/name`, with their health. */
  *providerHealth(): Generator<readonly [provider: string, health: ProviderHealth]> {
    for (const [key, { state }] of this.#runtimes?.current?.providers ?? []) {
      yield [key, state.health]
    }
  }

  /** Providers by `namespace/name`, with the share that is left of their own limits. */
  *quotaShares(): Generator<readonly [provider: string, share: number]> {
    const nowMs = this.#clock.monotonicMs()
    for (const [key, provider] of this.#runtimes?.current?.providers ?? []) {
      const share = leastQuotaShareOf(provider, nowMs)
      if (share !== undefined) yield [key, share]
    }
  }

  changed(): void {
    this.#forgetRemovedProviders()
    for (const listener of this.#listeners) listener()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  report(): GatewayReport {
    const runtime = this.#runtimes?.current
    if (runtime === undefined) return { configHash: '', problems: [], providers: [] }
    this.unpriced.retain((provider, model) => isUnpriced(provider, model, runtime))
    const unpriced = this.unpriced.all
    const knowledge = this.knowledge.reports(runtime.snapshot.knowledgeBases)
    const [notServed] = this.#others.flatMap((one) => one.notServed?.() ?? [])
    return {
      configHash: runtime.snapshot.hash,
      problems: [
        ...runtime.problems,
        ...this.#others.flatMap((one) => one.problems()),
        ...this.#policies.flatMap((policy) => policy.problems?.() ?? []),
      ],
      ...(notServed === undefined ? {} : { notServed }),
      ...this.#usage(),
      providers: [...runtime.providers.values()].map(({ settings, state, credentials }) => ({
        namespace: settings.namespace,
        name: settings.name,
        health: state.health,
        message: state.message,
        credentials: credentials.flatMap(reported),
      })),
      ...(unpriced.length === 0 ? {} : { unpriced }),
      ...(knowledge.length === 0 ? {} : { knowledge }),
    }
  }

  #usage(): Pick<GatewayReport, 'counters' | 'stateStore'> {
    const counters = this.#policies.flatMap((policy) => policy.counters?.() ?? [])
    const stores = this.#policies.flatMap((policy) => policy.stateStore?.() ?? [])
    const [stateStore] = stores
    return {
      ...(counters.length === 0 ? {} : { counters }),
      ...(stateStore === undefined ? {} : { stateStore }),
    }
  }

  #forgetRemovedProviders(): void {
    const runtime = this.#runtimes?.current
    if (runtime === undefined) return
    for (const key of this.#states.keys()) {
      if (!runtime.providers.has(key)) this.#states.delete(key)
    }
    this.credentialStates.retain((key) => runtime.providers.has(key))
  }
}

/** Whether any kind of token of a model may still cost nobody knows what. */
function isUnpriced(key: string, model: string, { prices, providers }: Runtime): boolean {
  const provider = providers.get(key)
  return provider !== undefined && prices.of(provider, model).price?.mostCost(1, 1) === undefined
}

function reported({ name, state }: ProviderRuntime['credentials'][number]): ReportedCredential[] {
  const { sinceMs, status, untilMs } = state
  return sinceMs === undefined ? [] : [{ name, state: status, sinceMs, untilMs }]
}
