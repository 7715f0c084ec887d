// The cases of util/workqueue/default_rate_limiters_test.go of kubernetes/client-go, under their
// names there.
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { BucketLimiter } from './bucket-limiter.ts'
import { FastSlowLimiter } from './fast-slow-limiter.ts'
import { MaxOfLimiter } from './max-of-limiter.ts'
import { ExponentialBackoff } from './rate-limiter.ts'
import type { RateLimiter } from './rate-limiter.ts'

const delays = (limiter: RateLimiter, key: string, count: number) =>
  Array.from({ length: count }, () => limiter.when(key))

it('TestItemExponentialFailureRateLimiter', () => {
  const limiter = new ExponentialBackoff({ baseMs: 1, maxMs: 1000 })
  expect(delays(limiter, 'one', 5)).toEqual([1, 2, 4, 8, 16])
  expect(limiter.retries('one')).toBe(5)
  expect(delays(limiter, 'two', 2)).toEqual([1, 2])
  expect(limiter.retries('two')).toBe(2)
  limiter.forget('one')
  expect(limiter.retries('one')).toBe(0)
  expect(limiter.when('one')).toBe(1)
})

it('TestItemExponentialFailureRateLimiterOverFlow', () => {
  const limiter = new ExponentialBackoff({ baseMs: 1, maxMs: 1_000_000 })
  delays(limiter, 'one', 5)
  expect(limiter.when('one')).toBe(32)
  delays(limiter, 'one', 1000)
  expect(limiter.when('one')).toBe(1_000_000)
})

it('TestItemFastSlowRateLimiter', () => {
  const limiter = new FastSlowLimiter({ fastMs: 5, slowMs: 10_000, fastTries: 3 })
  expect(delays(limiter, 'one', 5)).toEqual([5, 5, 5, 10_000, 10_000])
  expect(limiter.retries('one')).toBe(5)
  expect(delays(limiter, 'two', 2)).toEqual([5, 5])
  expect(limiter.retries('two')).toBe(2)
  limiter.forget('one')
  expect(limiter.retries('one')).toBe(0)
  expect(limiter.when('one')).toBe(5)
})

it('TestMaxOfRateLimiter', () => {
  const limiter = new MaxOfLimiter(
    new FastSlowLimiter({ fastMs: 5, slowMs: 3000, fastTries: 3 }),
    new ExponentialBackoff({ baseMs: 1, maxMs: 1000 }),
  )
  expect(delays(limiter, 'one', 5)).toEqual([5, 5, 5, 3000, 3000])
  expect(limiter.retries('one')).toBe(5)
  expect(delays(limiter, 'two', 2)).toEqual([5, 5])
  limiter.forget('one')
  expect(limiter.retries('one')).toBe(0)
  expect(limiter.when('one')).toBe(5)
})

describe('a bucket', () => {
  it('lets a burst through, and then as many as it refills', async () => {
    const clock = new FakeClock()
    const limiter = new BucketLimiter({ clock, perSecond: 10, burst: 3 })
    expect(delays(limiter, 'one', 3)).toEqual([0, 0, 0])
    // Each has its own reservation, whatever its key.
    expect([limiter.when(), limiter.when()]).toEqual([100, 200])
    await clock.advance(200)
    expect(limiter.when()).toBe(100)
    await clock.advance(3_600_000)
    expect(delays(limiter, 'two', 4)).toEqual([0, 0, 0, 100])
  })

  it('refuses settings with which nothing would ever be retried', () => {
    const clock = new FakeClock()
    expect(() => new BucketLimiter({ clock, perSecond: 0 })).toThrow('it must be above 0')
    expect(() => new BucketLimiter({ clock, burst: 0 })).toThrow('it must be 1 or more')
  })
})
