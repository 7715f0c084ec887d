import type { ModelPrice } from '@fairlead/snapshot'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import type { ProviderHealth } from '../upstream/provider-state.ts'
import type { TargetView } from './routing-strategy.ts'

/** A provider and a model that a call may be sent to. */
export class CallTarget implements TargetView {
  readonly name: string
  readonly provider: ProviderRuntime
  /** The model requested from the provider. */
  readonly model: string
  readonly weight: number

  constructor(name: string, provider: ProviderRuntime, model: string, weight: number) {
    this.name = name
    this.provider = provider
    this.model = provider.realModel(model)
    this.weight = weight
  }

  get health(): ProviderHealth {
    return this.provider.state.health
  }

  get inFlight(): number {
    return this.provider.state.inFlight
  }

  get latencyMs(): number | undefined {
    return this.provider.state.latencyMs
  }

  get price(): ModelPrice | undefined {
    return this.provider.modelSettings(this.model)?.price
  }
}
