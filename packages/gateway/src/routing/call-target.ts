import type { ModelPrice } from '@fairlead/snapshot'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import type { HealthState } from '../upstream/provider-state.ts'
import type { TargetView } from './routing-strategy.ts'

/** A provider and a model that may answer a call. */
export class CallTarget implements TargetView {
  readonly name: string
  readonly provider: ProviderRuntime
  /** The model that the provider is asked for. */
  readonly model: string
  readonly weight: number

  constructor(name: string, provider: ProviderRuntime, model: string, weight: number) {
    this.name = name
    this.provider = provider
    this.model = provider.realModel(model)
    this.weight = weight
  }

  get health(): HealthState {
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
