import type { ConversationStores } from './conversations/conversation-stores.ts'
import type { GatewayReport } from './report.ts'
import type { RuntimeHolder } from './runtime/runtime-holder.ts'
import { ProviderState } from './upstream/provider-state.ts'

/** Assembles the report of this replica, and notifies listeners when it changes. */
export class Reporter {
  readonly #listeners = new Set<() => void>()
  readonly #states = new Map<string, ProviderState>()
  #runtimes: RuntimeHolder | undefined
  #stores: ConversationStores | undefined

  watch(runtimes: RuntimeHolder, stores: ConversationStores): void {
    this.#runtimes = runtimes
    this.#stores = stores
  }

  /** The state of a provider survives a change of configuration. */
  stateOf(provider: string): ProviderState {
    let state = this.#states.get(provider)
    if (state === undefined) {
      state = new ProviderState(() => this.changed())
      this.#states.set(provider, state)
    }
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
      providers: [...runtime.providers.values()].map(({ settings, state }) => ({
        namespace: settings.namespace,
        name: settings.name,
        health: state.health,
        message: state.message,
      })),
    }
  }

  #forgetRemovedProviders(): void {
    const runtime = this.#runtimes?.current
    if (runtime === undefined) return
    for (const key of this.#states.keys()) {
      if (!runtime.providers.has(key)) this.#states.delete(key)
    }
  }
}
