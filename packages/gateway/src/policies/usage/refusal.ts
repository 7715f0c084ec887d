import { ModelError } from '@fairlead/llm'
import type { RefusedClaim } from '@fairlead/usage'
import type { MetLimit } from '../../call/met-limits.ts'
import type { CallTarget } from '../../routing/call-target.ts'
import type { LimitClaim, UnpricedLimit } from './claims.ts'
import { amountWithUnit, shownAmount } from './shown-amount.ts'

/** A claim that did not fit, and whose it is. */
export interface RefusedLimit extends Pick<RefusedClaim, 'retryAfterMs' | 'view'> {
  readonly of: LimitClaim
}

/** SDKs try again by themselves what is worth waiting for. */
const retriedWithinMs = 60_000
/** Where only running calls are in the way, nobody knows when they end. */
const runningRetryMs = 1000

/** The refused claims with their limits, the one to wait for longest in front. */
export function refusedLimits(
  claims: readonly LimitClaim[],
  refused: readonly RefusedClaim[],
): readonly RefusedLimit[] {
  const byKey = new Map(claims.map((of) => [of.claim.counter.key, of]))
  const found = refused.flatMap(({ claim, retryAfterMs, view }): RefusedLimit[] => {
    const of = byKey.get(claim.counter.key)
    return of === undefined ? [] : [{ of, retryAfterMs, view }]
  })
  return found.toSorted((left, right) => waitOf(right) - waitOf(left))
}

function waitOf({ retryAfterMs = Infinity }: RefusedLimit): number {
  return retryAfterMs
}

/** For the log, and for who made the call. */
export function metLimit({ of: { claim, limit }, retryAfterMs, view }: RefusedLimit): MetLimit {
  const { measure } = limit
  return {
    limit: limit.label,
    amount: shownAmount(measure, limit.amount),
    used: shownAmount(measure, view.used),
    reserved: shownAmount(measure, view.reserved),
    wanted: shownAmount(measure, claim.amount),
    retryAfterMs,
  }
}

/**
 * The error of a call that does not fit into the first of these limits. `fittingTokens` is the
 * greatest number of output tokens with which it would; undefined where that does not help.
 */
export function limitExceeded(
  [first]: readonly [RefusedLimit, ...RefusedLimit[]],
  fittingTokens: number | undefined,
): ModelError {
  const { of, view } = first
  const { claim, limit } = of
  const { measure } = limit
  const retryAfterMs =
    measure === 'Running' ? (first.retryAfterMs ?? runningRetryMs) : first.retryAfterMs
  const left = Math.max(0, limit.amount - view.used - view.reserved)
  const what = `The limit ${limit.label} of ${amountWithUnit(measure, limit.amount)}${windowText(of)}`
  const wants =
    measure === 'Requests' || measure === 'Running'
      ? ' is reached.'
      : ` has ${amountWithUnit(measure, left)} left, and this call may need ${shownAmount(measure, claim.amount)}.`
  const options = {
    code: codeOf(of),
    retryable: retryAfterMs !== undefined && retryAfterMs <= retriedWithinMs,
    ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.max(retryAfterMs, 1) / 1000 }),
  }
  const advice = [
    fittingTokens === undefined ? '' : ` With max_tokens of ${fittingTokens} it would fit.`,
    retryAfterMs === undefined
      ? ' It can never fit: ask for less, or ask for a higher limit.'
      : ` Retry in ${waitText(retryAfterMs)}, or ask for a higher limit.`,
  ]
  return new ModelError('rate-limited', `${what}${wants}${advice.join('')}`, options)
}

/** The error of a call whose price is not known at one of its targets, where a limit of cost needs it. */
export function priceUnknown({ label }: UnpricedLimit, targets: readonly CallTarget[]): ModelError {
  const target = unpricedOf(targets)
  const model = target === undefined ? 'its model' : `"${target.model}" at ${target.provider.key}`
  return new ModelError(
    'permission',
    `The limit ${label} is one of cost, and the price of ${model} is not known here. Name it in a PriceBook or in spec.models of the LLMProvider, or set onUnpriced of the limit.`,
    { code: 'price_unknown', param: 'model' },
  )
}

/** The first target whose price is not known; the route is named by another name than its models. */
function unpricedOf(targets: readonly CallTarget[]): CallTarget | undefined {
  return targets.find(({ price }) => price?.mostCost(1, 1) === undefined) ?? targets[0]
}

/** The error of a call that finds no place to wait in. */
export function queueFull(policy: string): ModelError {
  return new ModelError(
    'rate-limited',
    `As many calls wait for room in the UsagePolicy ${policy} as may. Retry in a moment, or raise onExceeded.maxLength.`,
    { ...rateLimitExceeded, retryAfterSeconds: 1 },
  )
}

/** The error of a call that cannot be counted. */
export function usageStoreUnavailable(policy: string): ModelError {
  return new ModelError(
    'unavailable',
    `The store of the counters does not answer, and the UsagePolicy ${policy} admits no call that it cannot count. Retry in a moment; see the condition StateStoreAvailable of the LLMGateway.`,
    { code: 'usage_store_unavailable', retryAfterSeconds: 1 },
  )
}

function codeOf({ limit: { measure, window } }: LimitClaim): string {
  if (measure === 'Nanodollars') return budgetExceeded.code
  return window?.type === 'Calendar' ? quotaExceeded.code : rateLimitExceeded.code
}

const budgetExceeded = { code: 'budget_exceeded' }
const quotaExceeded = { code: 'quota_exceeded' }
const rateLimitExceeded = { code: 'rate_limit_exceeded' }

function windowText({ limit: { window } }: LimitClaim): string {
  if (window === undefined) return ''
  return window.type === 'Calendar'
    ? ` for each ${window.period.toLowerCase()}`
    : ` in ${waitText(window.everyMs)}`
}

const units = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
] as const

/** About how long, rounded up in the largest unit that is not too coarse. */
function waitText(durationMs: number): string {
  const [unitMs, unit] =
    units.find(([each]) => durationMs >= 2 * each) ?? ([1000, 'second'] as const)
  const count = Math.max(1, Math.ceil(durationMs / unitMs))
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
