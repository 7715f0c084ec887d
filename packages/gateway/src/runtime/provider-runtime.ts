import type { LLMProviderSettings, ProviderModel, SecretKeyRef } from '@fairlead/snapshot'
import type { ProviderAdapter } from '../providers/provider-adapter.ts'
import type { Transport } from '../upstream/exchange.ts'
import type { HealthCell } from '../upstream/provider-health.ts'

export interface Credential {
  readonly name: string
  readonly secret: SecretKeyRef
  readonly weight: number
  readonly value: string
}

/** A provider as calls use it: everything that can be worked out before a call is. */
export interface ProviderRuntime {
  /** `namespace/name`. */
  readonly key: string
  readonly provider: LLMProviderSettings
  readonly adapter: ProviderAdapter
  readonly transport: Transport
  /** Path of the upstream's endpoint. */
  readonly path: string
  /** The resource's own headers and those that every call carries; names and values in turn. */
  readonly headers: readonly string[]
  /** Those whose Secret is there. */
  readonly credentials: readonly Credential[]
  readonly health: HealthCell
  /** Whether the provider serves a model of this name or alias. */
  serves(model: string): boolean
  /** The provider's own name for a model or alias. */
  realModel(model: string): string
  modelSettings(model: string): ProviderModel | undefined
}

export function buildProviderRuntime(
  provider: LLMProviderSettings,
  parts: Pick<ProviderRuntime, 'adapter' | 'transport' | 'credentials' | 'health'>,
): ProviderRuntime {
  const byName = new Map<string, ProviderModel>()
  for (const model of provider.models) {
    for (const name of [model.name, ...model.aliases]) {
      if (!byName.has(name)) byName.set(name, model)
    }
  }
  const basePath = provider.baseURL === '' ? '' : new URL(provider.baseURL).pathname
  return {
    ...parts,
    key: `${provider.namespace}/${provider.name}`,
    provider,
    path: `${basePath.replace(/\/+$/, '')}${parts.adapter.path}`,
    headers: [
      'content-type',
      'application/json',
      ...provider.headers.flatMap(({ name, value }) => [name.toLowerCase(), value]),
    ],
    serves: (model) => byName.size === 0 || byName.has(model),
    realModel: (model) => byName.get(model)?.name ?? model,
    modelSettings: (model) => byName.get(model),
  }
}
