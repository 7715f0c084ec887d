import type { RateLimit } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { leastQuotaShareOf, quotaShareOf } from './quota-share.ts'
import { RemainingQuota } from './remaining-quota.ts'

const wallMs = 1_800_000_000_000
const limitOf = (
  what: string,
  remaining: string | undefined,
  resetMs: number | undefined = wallMs + 10_000,
): RateLimit => ({ what, limit: '100', remaining, resetMs })

function told(...limits: readonly RateLimit[]): RemainingQuota {
  const quota = new RemainingQuota()
  quota.told('m', limits, { nowMs: 0, wallMs })
  return quota
}

describe('what is left of the limits of a provider', () => {
  it('is the smallest share, until the limit is full again', () => {
    const quota = told(
      limitOf('requests', '5', wallMs + 1000),
      limitOf('tokens', '40', wallMs + 5000),
    )
    expect(quota.share('m', 999)).toBe(0.05)
    expect(quota.share('m', 1000)).toBe(0.4)
    expect(quota.share('m', 5000)).toBeUndefined()
  })

  it('is believed for a minute without a time, and for five at the most', () => {
    const quota = told({ ...limitOf('requests', '5'), resetMs: undefined })
    expect(quota.share('m', 59_999)).toBe(0.05)
    expect(quota.share('m', 60_000)).toBeUndefined()
    const daily = told(limitOf('requests', '5', wallMs + 86_400_000))
    expect(daily.share('m', 299_999)).toBe(0.05)
    expect(daily.share('m', 300_000)).toBeUndefined()
  })

  it('is not known of another model, nor where it is not told', () => {
    expect(told(limitOf('requests', '5')).share('other', 0)).toBeUndefined()
    expect(told(limitOf('requests', undefined)).share('m', 0)).toBeUndefined()
    expect(told({ ...limitOf('requests', '5'), limit: '0' }).share('m', 0)).toBeUndefined()
    expect(told({ ...limitOf('requests', '5'), limit: undefined }).share('m', 0)).toBeUndefined()
  })

  it('is remembered of some models only', () => {
    const quota = told(limitOf('requests', '5'))
    for (let model = 0; model < 64; model += 1) {
      quota.told(`m${model}`, [limitOf('requests', '50')], { nowMs: 0, wallMs })
    }
    expect(quota.share('m', 0)).toBeUndefined()
    expect(quota.share('m0', 0)).toBe(0.5)
    expect(quota.leastShare(0)).toBe(0.5)
  })

  it('is of several keys the mean by their weights', () => {
    const key = (weight: number, quota: RemainingQuota) => ({ weight, state: { quota } })
    const state = { quota: told(limitOf('requests', '1')) }
    const credentials = [
      key(3, told(limitOf('requests', '20'))),
      key(1, new RemainingQuota()),
    ] as const
    expect(quotaShareOf({ state, credentials }, 'm', 0)).toBeCloseTo(0.4)
    expect(leastQuotaShareOf({ state, credentials }, 0)).toBeCloseTo(0.4)
    expect(quotaShareOf({ state, credentials }, 'other', 0)).toBeUndefined()
    expect(quotaShareOf({ state, credentials: credentials.slice(0, 1) }, 'm', 0)).toBe(0.2)
    expect(quotaShareOf({ state, credentials: [] }, 'm', 0)).toBe(0.01)
  })
})
