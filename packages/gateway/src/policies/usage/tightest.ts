import type { RateLimit } from '@fairlead/llm'
import type { CounterView, Measure } from '@fairlead/usage'
import type { LimitClaim } from './claims.ts'

/** What headers tell of a measure; undefined for what no vendor has a header for. */
function headerOf(measure: Measure): 'requests' | 'tokens' | undefined {
  if (measure === 'Requests') return 'requests'
  return measure === 'Nanodollars' || measure === 'Running' ? undefined : 'tokens'
}

/** The limits of requests and of tokens of which the least is left in proportion. */
export function tightestOf(
  claims: readonly LimitClaim[],
  views: readonly (CounterView | undefined)[],
): readonly RateLimit[] {
  const found: { requests?: Left; tokens?: Left } = {}
  for (const [index, { claim, limit }] of claims.entries()) {
    const view = views[index]
    const what = headerOf(limit.measure)
    if (what === undefined || view === undefined || claim.shadow) continue
    const remaining = Math.max(0, limit.amount - view.used - view.reserved)
    const share = limit.amount === 0 ? 0 : remaining / limit.amount
    const best = found[what]
    if (best === undefined || share < best.share) {
      found[what] = { what, share, remaining, limit: limit.amount, resetMs: view.resetsAtMs }
    }
  }
  return [found.requests, found.tokens].flatMap((left) => (left === undefined ? [] : [told(left)]))
}

interface Left {
  readonly what: string
  /** What is left of the limit, from 0 to 1. */
  readonly share: number
  readonly remaining: number
  readonly limit: number
  readonly resetMs: number | undefined
}

function told({ limit, remaining, resetMs, what }: Left): RateLimit {
  return { what, limit: String(limit), remaining: String(remaining), resetMs }
}
