import type { FoundPrice, Price } from '@fairlead/usage'
import type { ModelPrices } from '../prices/gateway-prices.ts'
import type { ModelFacts } from '../providers/model-facts.ts'
import type { Dialect, Operation } from '@fairlead/llm'
import type { ProviderApi } from '../providers/provider-type.ts'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import type { ModelMeasurements } from '../upstream/model-measurements.ts'
import type { ProviderHealth } from '../upstream/provider-state.ts'
import { quotaShareOf } from '../upstream/quota-share.ts'
import type { RoutedCall } from './routed-call.ts'
import type { TargetView } from './routing-strategy.ts'

/** A provider and a model that a call may be sent to. */
export class CallTarget implements TargetView {
  readonly name: string
  readonly provider: ProviderRuntime
  /** The model requested from the provider. */
  readonly model: string
  readonly weight: number
  readonly #prices: ModelPrices
  #foundPrice: FoundPrice | undefined

  constructor(
    { name, provider, model, weight }: Pick<CallTarget, 'name' | 'provider' | 'model' | 'weight'>,
    prices: ModelPrices,
  ) {
    this.name = name
    this.provider = provider
    this.model = provider.realModel(model)
    this.weight = weight
    this.#prices = prices
  }

  /** What is known of the model, from the configuration or the catalogue; undefined if nothing. */
  get facts(): ModelFacts | undefined {
    return this.provider.modelFacts(this.model)
  }

  /** Why it cannot do what an operation asks for; undefined if it may. */
  lacks(operation: Operation): string | undefined {
    const { model, provider } = this
    if (!provider.offers(model, operation)) return `its provider has no API for ${operation}`
    const { capabilities = [] } = provider.declaredModel(model) ?? {}
    if (capabilities.length > 0) return declaredLack(capabilities, operation)
    const kind = provider.modelKind(model)
    return kind === undefined || kind === operation
      ? undefined
      : `its model is for ${kind}, not for ${operation}`
  }

  /** The API at which a call in a dialect is made. */
  apiFor(dialect: Dialect): ProviderApi {
    return this.provider.apiFor(this.model, dialect)
  }

  get health(): ProviderHealth {
    return this.provider.state.health
  }

  get inFlight(): number {
    return this.provider.state.inFlight
  }

  latencyMs({ stream, nowMs }: RoutedCall): number | undefined {
    return this.measurements.latency(stream).at(nowMs)
  }

  quotaShare({ nowMs }: Pick<RoutedCall, 'nowMs'>): number | undefined {
    return quotaShareOf(this.provider, this.model, nowMs)
  }

  get outputTokens(): number | undefined {
    return this.measurements.outputTokens
  }

  get price(): Price | undefined {
    return this.foundPrice.price
  }

  /** Its price and where that is from; the same for the whole call, whatever becomes of prices. */
  get foundPrice(): FoundPrice {
    this.#foundPrice ??= this.#prices.of(this.provider, this.model)
    return this.#foundPrice
  }

  /** What calls of this model at this provider have shown, whichever rule they came by. */
  get measurements(): ModelMeasurements {
    return this.provider.state.models.of(this.model)
  }

  /** It is asked at `nowMs`: while it is unmeasured, others wait for the outcome. */
  noteChosen(stream: boolean, nowMs: number): void {
    this.measurements.latency(stream).chosen(nowMs)
  }

  /** An answer that was asked for at `begunMs` has begun, or come whole, at `nowMs`. */
  noteLatency(stream: boolean, begunMs: number, nowMs: number): void {
    this.measurements.latency(stream).note(nowMs - begunMs, nowMs)
  }
}

const words = {
  chat: 'Chat',
  embeddings: 'Embeddings',
  moderation: 'Moderation',
  rerank: 'Rerank',
} as const

/** What no model has that chats. */
const otherKinds: ReadonlySet<string> = new Set([
  'Embeddings',
  'Rerank',
  'Images',
  'Speech',
  'Transcription',
  'Moderation',
])

/** By LLMProvider `spec.models[].capabilities`, where `Chat` may be left out beside what it needs. */
function declaredLack(capabilities: readonly string[], operation: Operation): string | undefined {
  const word = words[operation]
  const isMeant =
    capabilities.includes(word) ||
    (operation === 'chat' && capabilities.some((one) => !otherKinds.has(one)))
  return isMeant ? undefined : `its model lacks ${word}`
}
