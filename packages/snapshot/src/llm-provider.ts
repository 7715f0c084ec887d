import type { ResourceIdentity } from './resource-identity.ts'
import type { SecretKeyRef } from './secret-key-ref.ts'
import type { SimulatorSettings } from './simulator.ts'

export interface LLMProviderSettings extends ResourceIdentity {
  /** A provider type from the capabilities. */
  readonly type: string
  /** Version segment included, no trailing slash (`https://host/v1`). Empty for Simulator. */
  readonly baseURL: string
  /**
   * Origin of the HTTP proxy that every connection goes through (`http://host:port`); undefined
   * means none.
   */
  readonly proxyURL: string | undefined
  readonly credentials: readonly {
    readonly name: string
    readonly secret: SecretKeyRef
    readonly weight: number
  }[]
  /** Empty: any model that the provider serves. */
  readonly models: readonly ProviderModel[]
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly simulator: SimulatorSettings | undefined
}

export interface ProviderModel {
  readonly name: string
  readonly aliases: readonly string[]
  readonly contextWindow: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly capabilities: readonly string[]
  readonly price?: ModelPrice
}

/** The price of a model per million tokens, as decimal numbers in US dollars. */
export interface ModelPrice {
  readonly inputPerMillion: string | undefined
  readonly cachedInputPerMillion: string | undefined
  readonly outputPerMillion: string | undefined
}
