import { openAiChat } from '@fairlead/llm'
import {
  CounterStoreUnavailable,
  dollarsOf,
  type UsageAnswer,
  type UsageEntry,
  type UsageSums,
} from '@fairlead/usage'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { Surface, SurfaceRequest } from '../surface.ts'
import { type AskedUsage, readUsageQuery, type ShownDimension } from './read-usage-query.ts'

/** What the caller has used, and no other. */
export const usage: Surface = {
  name: 'usage',
  dialect: openAiChat,
  routes: [{ method: 'GET', path: '/v1/usage', answer: ownUsage }],
}

async function ownUsage({ caller, query, services }: SurfaceRequest): Promise<object> {
  if (caller.tenant === '') throw gatewayError.anonymousUsage()
  const asked = readUsageQuery(query, services.clock.now())
  const { tenant } = caller
  const answer = await services.usage.ledger
    .query({ ...asked, tenant, consumer: undefined, namespace: undefined, group: undefined })
    .catch((error: unknown) => {
      throw error instanceof CounterStoreUnavailable ? gatewayError.usageUnavailable(error) : error
    })
  return present(answer, asked)
}

function present({ entries, total, isCut }: UsageAnswer, { from, to, by }: AskedUsage): object {
  return {
    object: 'list',
    from,
    to,
    by,
    data: entries.map((entry) => ({ ...shownDimensions(entry, by), ...shownSums(entry) })),
    has_more: isCut,
    total: shownSums(total),
  }
}

function shownDimensions(entry: UsageEntry, by: readonly ShownDimension[]): object {
  return Object.fromEntries(by.map((name) => [name, entry[name] === '' ? null : entry[name]]))
}

function shownSums(sums: UsageSums): object {
  return {
    calls: sums.calls,
    failed_calls: sums.failedCalls,
    input_tokens: sums.inputTokens,
    cached_input_tokens: sums.cachedInputTokens,
    output_tokens: sums.outputTokens,
    reasoning_tokens: sums.reasoningTokens,
    cost_usd: dollarsOf(sums.nanodollars),
    unpriced_calls: sums.unpricedCalls,
  }
}
