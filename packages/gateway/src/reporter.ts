import type { ConversationStores } from './conversations/conversation-stores.ts'
import type { GatewayReport } from './report.ts'
import type { RuntimeHolder } from './runtime/runtime-holder.ts'
import { HealthCell } from './upstream/provider-health.ts'

/** Puts together what this replica reports, and tells when it is no longer the same. */
export class Reporter {
  readonly #listeners = new Set<() => void>()
  readonly #health = new Map<string, HealthCell>()
  #runtimes: RuntimeHolder | undefined
  #stores: ConversationStores | undefined

  watch(runtimes: RuntimeHolder, stores: ConversationStores): void {
    this.#runtimes = runtimes
    this.#stores = stores
  }

  /** What is known of a provider stays known when the configuration changes. */
  healthOf(provider: string): HealthCell {
    let cell = this.#health.get(provider)
    if (cell === undefined) {
      cell = new HealthCell(() => this.changed())
      this.#health.set(provider, cell)
    }
    return cell
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
      providers: [...runtime.providers.values()].map(({ provider, health }) => ({
        namespace: provider.namespace,
        name: provider.name,
        health: health.state,
        message: health.message,
      })),
    }
  }

  #forgetRemovedProviders(): void {
    const runtime = this.#runtimes?.current
    if (runtime === undefined) return
    for (const key of this.#health.keys()) {
      if (!runtime.providers.has(key)) this.#health.delete(key)
    }
  }
}
