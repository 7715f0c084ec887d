import { describe, expect, it } from 'vitest'
import { limitOf } from '../../test-support/usage-policy.ts'
import { PolicyCounters, preparedLimits } from './prepared-limit.ts'

function keysOf(
  label: string,
  limits: Parameters<typeof preparedLimits>[1]['limits'],
  subject = '',
): readonly string[] {
  const counters = new PolicyCounters(preparedLimits(label, { limits, concurrency: 1 }))
  return counters.of(subject).map(({ counter }) => counter.key)
}

describe('the key of a counter', () => {
  it('is the same when the amount of its limit changes, and another when what it counts does', () => {
    const of = (parts: Parameters<typeof limitOf>[1]) => keysOf('a/b', [limitOf('day', parts)])[0]
    expect(of({ amount: 1 })).toBe(of({ amount: 2 }))
    expect(of({ measure: 'TotalTokens' })).not.toBe(of({ measure: 'Requests' }))
  })

  it('begins with three parts, which no other limit has', () => {
    const limits = [limitOf('one'), limitOf('two', { measure: 'TotalTokens' })]
    for (const label of ['a/b', 'LLMProvider/a/b']) {
      const begins = keysOf(label, limits, 'somebody').map((key) => {
        const parts = key.split('/')
        expect(parts.slice(3)).toEqual(['somebody'])
        return parts.slice(0, 3).join('/')
      })
      expect(new Set(begins).size).toBe(3)
    }
  })
})
