import type { LimitClaim } from './claims.ts'
import type { RefusedLimit } from './refusal.ts'

/** The limits that refuse a call, the one to wait for longest in front. */
export type Refused = readonly [RefusedLimit, ...RefusedLimit[]]

/** What becomes of a call that does not fit. */
export type Remedy =
  | { readonly action: 'Reject' }
  /** In the queue of this policy; undefined where nobody knows for how long. */
  | {
      readonly action: 'Queue'
      readonly policy: LimitClaim['policy']
      readonly retryAfterMs: number | undefined
    }
  | { readonly action: 'Route'; readonly model: string }

/**
 * Of several policies that refuse, one that rejects wins; then waiting comes before another model. A
 * call does not wait for what cannot come in time. `waited`: it has waited already, or cannot wait.
 */
export function remedyFor(
  refused: Refused,
  { waited = false }: { readonly waited?: boolean } = {},
): Remedy {
  const actions = refused.map(({ of }) => of.policy.onExceeded)
  if (actions.some(({ action }) => action === 'Reject')) return { action: 'Reject' }
  const queueing = refused.find(({ of }) => of.policy.onExceeded.action === 'Queue')
  if (queueing !== undefined && !waited && refused.every(mayComeInTime)) {
    const { policy } = queueing.of
    return { action: 'Queue', policy, retryAfterMs: refused[0].retryAfterMs }
  }
  const routing = actions.find((each) => each.action === 'Route')
  return routing === undefined ? { action: 'Reject' } : { action: 'Route', model: routing.model }
}

/** What only running calls hold may come back at any time. */
function mayComeInTime({ of, retryAfterMs, view }: RefusedLimit): boolean {
  const { claim, limit, policy } = of
  if (claim.amount > limit.amount) return false
  const { onExceeded } = policy
  if (onExceeded.action !== 'Queue' || limit.measure === 'Running') return true
  const isUsedUp = view.used + claim.amount > limit.amount
  return !isUsedUp || (retryAfterMs ?? Infinity) <= onExceeded.maxWaitMs
}
