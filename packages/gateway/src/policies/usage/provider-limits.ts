import type { LLMProviderSettings, UsageLimit } from '@fairlead/snapshot'
import { countedBy, type PreparedPolicy } from './prepared-policy.ts'

const minute = { type: 'Sliding', everyMs: 60_000 } as const
const everybody: readonly string[] = ['']

/**
 * LLMProvider `spec.limits` as a policy: what the provider allows, of all replicas together.
 * Undefined without limits. While counters cannot be reached, the provider itself refuses.
 */
export function providerPolicy(provider: LLMProviderSettings): PreparedPolicy | undefined {
  const { maxConcurrent: concurrency, requestsPerMinute, tokensPerMinute } = provider.limits
  const limits: UsageLimit[] = []
  if (requestsPerMinute !== undefined) {
    limits.push(limitOf('requestsPerMinute', 'Requests', requestsPerMinute))
  }
  if (tokensPerMinute !== undefined) {
    limits.push(limitOf('tokensPerMinute', 'TotalTokens', tokensPerMinute))
  }
  if (limits.length === 0 && concurrency === undefined) return undefined
  const { namespace, name } = provider
  return {
    namespace,
    name,
    // No namespace has capitals, so that no key is that of a UsagePolicy.
    ...countedBy(`LLMProvider/${namespace}/${name}`, { limits, concurrency, mode: 'Enforce' }),
    countsAttempts: true,
    targets: [{ kind: 'LLMProvider', key: `${namespace}/${name}`, model: undefined }],
    mode: 'Enforce',
    onExceeded: { action: 'Reject' },
    onStoreFailure: 'Allow',
    reservation: 'Expected',
    // They have no status.
    tellsExcess: false,
    charges: { replayed: 'Nothing', refused: 'Requests' },
    subjects: () => everybody,
    matches: () => true,
    subjectsOfCaller: undefined,
  }
}

function limitOf(name: string, measure: UsageLimit['measure'], amount: number): UsageLimit {
  return { name, measure, amount, window: minute, warnAt: [], onUnpriced: 'Allow' }
}
