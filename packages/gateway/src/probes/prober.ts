import { Cancellation, type Timer } from '@fairlead/base'
import type { Services } from '../call/services.ts'
import { noPrices } from '../prices/gateway-prices.ts'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import { CallTarget } from '../routing/call-target.ts'
import { probeProvider } from './probe-provider.ts'

interface Probed {
  provider: ProviderRuntime
  readonly cancellation: Cancellation
  timer: Timer
}

/**
 * Probes the providers that ask for it, each at its own interval and never twice at a time, unless a
 * call has shown within the interval that the provider works.
 */
export class Prober {
  readonly #services: Services
  readonly #probed = new Map<string, Probed>()

  constructor(services: Services) {
    this.#services = services
  }

  /** Probes these providers from now on, and no others. */
  follow(providers: ReadonlyMap<string, ProviderRuntime>): void {
    for (const [key, probed] of this.#probed) {
      const provider = providers.get(key)
      if (provider !== undefined && intervalOf(provider) === intervalOf(probed.provider)) {
        probed.provider = provider
      } else this.#forget(key, probed)
    }
    for (const [key, provider] of providers) {
      const intervalMs = intervalOf(provider)
      if (intervalMs !== undefined && !this.#probed.has(key)) this.#begin(key, provider, intervalMs)
    }
  }

  stop(): void {
    for (const [key, probed] of this.#probed) this.#forget(key, probed)
  }

  #begin(key: string, provider: ProviderRuntime, intervalMs: number): void {
    const timer = this.#services.clock.setTimer(intervalMs, () => this.#probe(probed, intervalMs))
    const probed: Probed = { provider, cancellation: new Cancellation(), timer }
    this.#probed.set(key, probed)
  }

  #probe(probed: Probed, intervalMs: number): void {
    const { clock } = this.#services
    const again = () => {
      if (probed.cancellation.cancelled) return
      probed.timer = clock.setTimer(intervalMs, () => this.#probe(probed, intervalMs))
    }
    const { provider } = probed
    const { probe } = provider.settings.health
    if (probe === undefined || provider.state.succeededWithin(intervalMs)) return again()
    const cancellation = new Cancellation()
    const listener = { onCancel: (reason: Error) => cancellation.cancel(reason) }
    probed.cancellation.listen(listener)
    const asked = { name: 'probe', provider, model: probe.model, weight: 1 }
    const target = new CallTarget(asked, noPrices)
    void probeProvider(target, this.#services, cancellation).then(() => {
      probed.cancellation.unlisten(listener)
      again()
    })
  }

  #forget(key: string, { cancellation, timer }: Probed): void {
    timer.cancel()
    cancellation.cancel(new Error('the provider is probed no more'))
    this.#probed.delete(key)
  }
}

function intervalOf({ settings }: ProviderRuntime): number | undefined {
  return settings.health.probe?.intervalMs
}
