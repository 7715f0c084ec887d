import { createHmac } from 'node:crypto'
import type { PromptTarget } from '@fairlead/context'
import type { RequestEdits } from '@fairlead/llm'

/** Enough that no two conversations have one; OpenAI takes 64 characters. */
const digits = 32

interface CachedConversation {
  readonly tenant: string
  readonly id: string
  /** Whether providers are told what to cache of its prompts. */
  readonly promptCaching: 'Auto' | 'None' | undefined
}

/**
 * The key of a conversation for a provider that takes one. It is the same for every call, process and
 * replica, another for each provider, and says nothing of whose conversation it is: the tenant, by
 * which it is made, has the UID of its Consumer.
 */
export function cacheKeyFor(
  { takesCacheKey, provider }: Pick<PromptTarget, 'provider' | 'takesCacheKey'>,
  { id, promptCaching, tenant }: CachedConversation,
): RequestEdits {
  if (takesCacheKey !== true || promptCaching === 'None') return {}
  const digest = createHmac('sha256', tenant)
    .update(JSON.stringify([provider, id]))
    .digest('hex')
  return { promptCacheKey: digest.slice(0, digits) }
}
