import type { RemainingQuota } from './remaining-quota.ts'

/** A provider, as what is left of its limits is known. */
interface QuotaOwner {
  readonly state: { readonly quota: RemainingQuota }
  readonly credentials: readonly {
    readonly weight: number
    readonly state: { readonly quota: RemainingQuota }
  }[]
}

/**
 * The share, from 0 to 1, that is left of a provider's limits for a model: of several keys the mean by
 * their weights, where a key of which nothing is known has all. Undefined where nothing is known.
 * `nowMs` is monotonic.
 */
export function quotaShareOf(
  { credentials, state }: QuotaOwner,
  model: string,
  nowMs: number,
): number | undefined {
  const [only] = credentials
  if (only === undefined) return state.quota.share(model, nowMs)
  if (credentials.length === 1) return only.state.quota.share(model, nowMs)
  return meanShare(credentials, (quota) => quota.share(model, nowMs))
}

/** The same, of the model of which the least is left. */
export function leastQuotaShareOf(
  { credentials, state }: QuotaOwner,
  nowMs: number,
): number | undefined {
  if (credentials.length === 0) return state.quota.leastShare(nowMs)
  return meanShare(credentials, (quota) => quota.leastShare(nowMs))
}

function meanShare(
  credentials: QuotaOwner['credentials'],
  shareOf: (quota: RemainingQuota) => number | undefined,
): number | undefined {
  let sum = 0
  let weights = 0
  let isKnown = false
  for (const { state, weight } of credentials) {
    const share = shareOf(state.quota)
    if (share !== undefined) isKnown = true
    sum += weight * (share ?? 1)
    weights += weight
  }
  return isKnown && weights > 0 ? sum / weights : undefined
}
