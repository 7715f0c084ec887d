import type { UsageLimit, UsagePolicySettings, UsageWindow } from '@fairlead/snapshot'

const minute: UsageWindow = { type: 'Sliding', everyMs: 60_000 }

/** A limit of requests in a minute, unless told otherwise. */
export function limitOf(name: string, parts: Partial<UsageLimit> = {}): UsageLimit {
  return {
    name,
    measure: 'Requests',
    amount: 1,
    window: minute,
    warnAt: [],
    onUnpriced: 'Deny',
    ...parts,
  }
}

/** A policy in the namespace `default` for all calls of the gateway `default/default`. */
export function usagePolicyOf(
  name: string,
  {
    match,
    ...parts
  }: Partial<Omit<UsagePolicySettings, 'match'>> & {
    readonly match?: Partial<UsagePolicySettings['match']>
  } = {},
): UsagePolicySettings {
  return {
    namespace: 'default',
    name,
    generation: 1,
    targets: [{ kind: 'LLMGateway', key: 'default/default' }],
    match: { models: [], groups: [], consumers: [], headers: [], cel: '', ...match },
    per: [],
    limits: [],
    concurrency: undefined,
    mode: 'Enforce',
    onExceeded: { action: 'Reject' },
    onStoreFailure: 'Deny',
    reservation: 'Exact',
    charges: { replayed: 'Requests', refused: 'Requests' },
    ...parts,
  }
}
