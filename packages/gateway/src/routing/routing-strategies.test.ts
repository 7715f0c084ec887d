import { describe, expect, it } from 'vitest'
import { routingStrategies } from './routing-strategies.ts'
import { priority } from './strategies/priority.ts'
import { weighted } from './strategies/weighted.ts'
import { describeStrategyContract, orderOf, targetOf } from './test-support/strategy-contract.ts'

for (const strategy of routingStrategies) describeStrategyContract(strategy)

describe('the order of targets', () => {
  it('is as written with Priority', () => {
    const targets = [targetOf('a', { weight: 1 }), targetOf('b', { weight: 99 })]
    expect(orderOf(priority, targets, 0.99)).toEqual(['a', 'b'])
  })

  it('is drawn by weight with Weighted, the rest as fallback', () => {
    const targets = [targetOf('a', { weight: 90 }), targetOf('b', { weight: 10 })]
    expect(orderOf(weighted, targets, 0.89)).toEqual(['a', 'b'])
    expect(orderOf(weighted, targets, 0.91)).toEqual(['b', 'a'])
  })

  it('has a target without weight last with Weighted', () => {
    const targets = [targetOf('spare', { weight: 0 }), targetOf('a'), targetOf('b')]
    for (const point of [0, 0.3, 0.6, 0.99]) {
      expect(orderOf(weighted, targets, point).at(-1)).toBe('spare')
    }
  })
})
