import type { Clock } from '@fairlead/base'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import type { ConversationStores } from './conversations/conversation-stores.ts'
import type { GatewayReport, ReportedCredential } from './report.ts'
import type { RuntimeHolder } from './runtime/runtime-holder.ts'
import type { ProviderRuntime } from './providers/provider-runtime.ts'
import { CredentialStates } from './upstream/credential-states.ts'
import { ProviderState } from './upstream/provider-state.ts'

/** Assembles the report of this replica, and notifies listeners when it changes. */
export class Reporter {
  readonly #listeners = new Set<() => void>()
  readonly #states = new Map<string, ProviderState>()
  readonly credentialStates: CredentialStates
  readonly #clock: Clock
  #runtimes: RuntimeHolder | undefined
  #stores: ConversationStores | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.credentialStates = new CredentialStates(clock, () => this.changed())
  }

  watch(runtimes: RuntimeHolder, stores: ConversationStores): void {
    this.#runtimes = runtimes
    this.#stores = stores
  }

  /** The state of a provider survives a change of configuration. */
  stateOf({ namespace, name, health }: LLMProviderSettings): ProviderState {
    const key = `${namespace}/${name}`
    const known = this.#states.get(key)
    known?.configure(health)
    const state = known ?? new ProviderState(this.#clock, health, () => this.changed())
    this.#states.set(key, state)
    return state
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
    return {
      configHash: runtime.snapshot.hash,
      problems: [...runtime.problems, ...(this.#stores?.problems() ?? [])],
      providers: [...runtime.providers.values()].map(({ settings, state, credentials }) => ({
        namespace: settings.namespace,
        name: settings.name,
        health: state.health,
        message: state.message,
        credentials: credentials.flatMap(reported),
      })),
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

function reported({ name, state }: ProviderRuntime['credentials'][number]): ReportedCredential[] {
  const { sinceMs, status, untilMs } = state
  return sinceMs === undefined ? [] : [{ name, state: status, sinceMs, untilMs }]
}
