import { invalidField, openAiChat } from '@fairlead/llm'
import {
  type AskedUsage,
  CounterStoreUnavailable,
  readUsageQuery,
  shownSums,
  type UsageAnswer,
  UsageQueryError,
} from '@fairlead/usage'
import type { CallerLimit } from '../../call/caller-limits.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { Surface, SurfaceRequest } from '../surface.ts'

/** What the caller has used, and no other. */
export const usage: Surface = {
  name: 'usage',
  dialect: openAiChat,
  routes: [{ method: 'GET', path: '/v1/usage', answer: ownUsage }],
}

/** What callers may tell their own figures apart by. */
const dimensions = ['day', 'model', 'provider', 'prompt'] as const

type OwnUsage = AskedUsage<(typeof dimensions)[number]>

async function ownUsage(request: SurfaceRequest): Promise<object> {
  const { caller, query, services } = request
  if (caller.tenant === '') throw gatewayError.anonymousUsage()
  const asked = read(query, services.clock.now())
  const { tenant } = caller
  const answer = await services.usage.ledger
    .query({ ...asked, tenant, consumer: undefined, namespace: undefined, group: undefined })
    .catch((error: unknown) => {
      throw error instanceof CounterStoreUnavailable ? gatewayError.usageUnavailable(error) : error
    })
  return { ...present(answer, asked), ...(await ownLimits(request)) }
}

/** What was used can be told while the counters of limits cannot be reached. */
async function ownLimits({ caller, runtime, services }: SurfaceRequest): Promise<object> {
  try {
    const found = await Promise.all(services.callerLimits.map((one) => one.of(caller, runtime)))
    return { limits: found.flat().map(presentLimit) }
  } catch (error) {
    if (!(error instanceof CounterStoreUnavailable)) throw error
    return { limits_unavailable: true }
  }
}

function presentLimit({ resetsAtMs, subject, ...limit }: CallerLimit): object {
  return {
    ...limit,
    subject: subject === '' ? null : subject,
    resets_at: resetsAtMs === undefined ? null : new Date(resetsAtMs).toISOString(),
  }
}

function read(query: URLSearchParams, nowMs: number): OwnUsage {
  try {
    return readUsageQuery(query, { dimensions, defaults: ['day', 'model'] }, nowMs)
  } catch (error) {
    throw error instanceof UsageQueryError ? invalidField(error.param, error.message) : error
  }
}

function present({ entries, total, isCut }: UsageAnswer, { from, to, by }: OwnUsage): object {
  return {
    object: 'list',
    from,
    to,
    by,
    data: entries.map((entry) => ({
      ...Object.fromEntries(by.map((name) => [name, entry[name] === '' ? null : entry[name]])),
      ...shownSums(entry),
    })),
    has_more: isCut,
    total: shownSums(total),
  }
}
