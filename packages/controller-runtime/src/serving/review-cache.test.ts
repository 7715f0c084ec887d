import { describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { ReviewCache } from './review-cache.ts'

describe('ReviewCache', () => {
  const clock = new FakeClock()
  const newCache = (limit = 10) =>
    new ReviewCache<boolean>({
      limit,
      concurrentLimit: 2,
      lifetimeMs: (allowed) => (allowed ? 1_000 : 100),
      clock,
    })

  it('asks again when a result no longer holds, by what it is', async () => {
    const cache = newCache()
    let reviews = 0
    const ask = (allowed: boolean) =>
      cache.get(String(allowed), () => {
        reviews++
        return Promise.resolve(allowed)
      })
    await ask(true)
    await ask(false)
    await clock.advance(99)
    expect([await ask(true), await ask(false), reviews]).toEqual([true, false, 2])
    await clock.advance(1)
    expect([await ask(true), await ask(false), reviews]).toEqual([true, false, 3])
    await clock.advance(900)
    expect([await ask(true), reviews]).toEqual([true, 4])
  })

  it('shares a review, and keeps none that failed', async () => {
    const cache = newCache()
    const review = Promise.withResolvers<boolean>()
    let reviews = 0
    const ask = () =>
      cache.get('a', () => {
        reviews++
        return review.promise
      })
    const both = [ask(), ask()]
    review.reject(new Error('away'))
    for (const one of both) await expect(one).rejects.toThrow('away')
    expect(reviews).toBe(1)
    expect(await cache.get('a', () => Promise.resolve(true))).toBe(true)
  })

  it('forgets what was least recently used', async () => {
    const cache = newCache(2)
    const asked: string[] = []
    const ask = (key: string) =>
      cache.get(key, () => {
        asked.push(key)
        return Promise.resolve(true)
      })
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(key)
    expect(asked).toEqual(['a', 'b', 'c', 'b'])
  })

  it('refuses more reviews at the same time than allowed', async () => {
    const cache = newCache()
    const review = Promise.withResolvers<boolean>()
    const running = ['a', 'b'].map((key) => cache.get(key, () => review.promise))
    await expect(cache.get('c', () => review.promise)).rejects.toThrow('2 reviews')
    review.resolve(true)
    await Promise.all(running)
    expect(await cache.get('c', () => Promise.resolve(false))).toBe(false)
  })
})
