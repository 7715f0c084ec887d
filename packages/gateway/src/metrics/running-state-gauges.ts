import { Gauge, type Registry } from 'prom-client'

/** What the gauges show, read at each scrape. */
interface RunningState {
  /** Seconds since the configuration in force took effect; undefined before the first. */
  configAgeSeconds(): number | undefined
  /** Providers by `namespace/name` with their health. */
  providerHealth(): Iterable<readonly [provider: string, health: string]>
  /** Of those that have told: what is left of their own limits, from 0 to 1. */
  quotaShares(): Iterable<readonly [provider: string, share: number]>
  /** The ConversationStore that calls use, and whether it works; undefined without one. */
  conversationStore(): readonly [store: string, works: boolean] | undefined
}

/** A provider that nobody has called says nothing, and there may be many of them. */
const notCalled = 'Unknown'

/**
 * Registers the gauges of what the process runs. `healthStates` are all that a provider may be in. Of
 * several processes, the health is the number of those that see the provider so, the quota the
 * smallest, the age that of the oldest, and a store works if it does for all.
 */
export function registerRunningState(
  registry: Registry,
  healthStates: readonly string[],
  state: RunningState,
): void {
  registry.registerMetric(
    new Gauge({
      name: 'fairlead_provider_health',
      help: 'Workers that see the provider in this state; of providers that have been called.',
      labelNames: ['provider', 'state'],
      aggregator: 'sum',
      registers: [],
      collect() {
        this.reset()
        for (const [provider, health] of state.providerHealth()) {
          if (health === notCalled) continue
          for (const one of healthStates) {
            if (one !== notCalled) this.set({ provider, state: one }, one === health ? 1 : 0)
          }
        }
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'fairlead_provider_quota_remaining_ratio',
      help: "What is left of the provider's own limits, from 0 to 1, as its latest answers told.",
      labelNames: ['provider'],
      aggregator: 'min',
      registers: [],
      collect() {
        this.reset()
        for (const [provider, share] of state.quotaShares()) this.set({ provider }, share)
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'fairlead_conversation_store_up',
      help: 'Whether the ConversationStore that calls use works: 1 if it does.',
      labelNames: ['store'],
      aggregator: 'min',
      registers: [],
      collect() {
        this.reset()
        const used = state.conversationStore()
        if (used !== undefined) this.set({ store: used[0] }, used[1] ? 1 : 0)
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'fairlead_config_age_seconds',
      help: 'Seconds since the configuration in force took effect.',
      aggregator: 'max',
      registers: [],
      collect() {
        const seconds = state.configAgeSeconds()
        // Without a configuration there is no series.
        if (seconds === undefined) this.remove()
        else this.set(seconds)
      },
    }),
  )
}
