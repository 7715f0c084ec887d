import type { CachePolicySettings } from '@fairlead/snapshot'

/** A CachePolicy of the gateway `default/default` for all calls. */
export function cachePolicyOf(
  name: string,
  parts: Partial<CachePolicySettings> = {},
): CachePolicySettings {
  return {
    namespace: 'default',
    name,
    generation: 1,
    targets: [{ kind: 'LLMGateway', key: 'default/default' }],
    match: { models: [], groups: [], consumers: [], headers: [], cel: '' },
    ttlMs: 3_600_000,
    scope: 'Consumer',
    cacheable: { maxTemperature: 2, tools: 'Never', maxBytes: 1_048_576 },
    store: { maxEntries: 1000, maxBytes: 16_777_216 },
    ...parts,
  }
}
