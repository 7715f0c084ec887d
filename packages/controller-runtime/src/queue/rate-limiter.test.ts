import { describe, expect, it } from 'vitest'
import { ExponentialBackoff } from './rate-limiter.ts'

describe('exponential backoff', () => {
  it('doubles from 5 ms', () => {
    const limiter = new ExponentialBackoff()
    expect([0, 1, 2, 3, 4].map(() => limiter.when('a'))).toEqual([5, 10, 20, 40, 80])
  })

  it('never exceeds 1000 s, however often a key fails', () => {
    const limiter = new ExponentialBackoff()
    for (let failure = 0; failure < 2000; failure += 1) limiter.when('a')
    expect(limiter.when('a')).toBe(1_000_000)
  })

  it('counts each key by itself and from zero after forget', () => {
    const limiter = new ExponentialBackoff({ baseMs: 1, maxMs: 100 })
    limiter.when('a')
    limiter.when('a')
    expect(limiter.retries('a')).toBe(2)
    expect(limiter.when('b')).toBe(1)
    limiter.forget('a')
    expect(limiter.retries('a')).toBe(0)
    expect(limiter.when('a')).toBe(1)
  })
})
