import { describe, expect, it } from 'vitest'
import { routingStrategies } from './routing-strategies.ts'
import { leastBusy } from './strategies/least-busy.ts'
import { leastCost } from './strategies/least-cost.ts'
import { leastLatency } from './strategies/least-latency.ts'
import { priority } from './strategies/priority.ts'
import { weighted } from './strategies/weighted.ts'
import { callWith } from './test-support/call-with.ts'
import {
  describeStrategyContract,
  orderOf,
  pricedTarget,
  targetOf,
  timedTarget,
} from './test-support/strategy-contract.ts'

for (const strategy of routingStrategies) describeStrategyContract(strategy)

const points = [0, 0.3, 0.6, 0.99]

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

  it('is drawn with a smaller weight where less than half of a quota is left', () => {
    const withShare = (share: number | undefined) => [
      targetOf('a', { weight: 50, quotaShare: () => share }),
      targetOf('b', { weight: 50 }),
    ]
    const firstAt = (share: number | undefined, point: number) =>
      orderOf(weighted, withShare(share), point)[0]
    for (const share of [undefined, 1, 0.5]) {
      expect(firstAt(share, 0.499)).toBe('a')
      expect(firstAt(share, 0.501)).toBe('b')
    }
    // 25 to 50.
    expect(firstAt(0.25, 0.333)).toBe('a')
    expect(firstAt(0.25, 0.334)).toBe('b')
    const spare = targetOf('spare', { weight: 0 })
    const empty = targetOf('empty', { quotaShare: () => 0 })
    for (const point of points) {
      expect(orderOf(weighted, [spare, empty], point)).toEqual(['empty', 'spare'])
    }
  })

  it.each(routingStrategies.filter((each) => each !== priority))(
    'has a target without weight last with $type',
    (strategy) => {
      const targets = [targetOf('spare', { weight: 0 }), targetOf('a'), targetOf('b')]
      for (const point of points) expect(orderOf(strategy, targets, point).at(-1)).toBe('spare')
    },
  )

  it('is by calls in flight with LeastBusy, between equals by weight', () => {
    const targets = [
      targetOf('busy', { inFlight: 2, weight: 1000 }),
      targetOf('a', { weight: 90 }),
      targetOf('b', { weight: 10 }),
    ]
    expect(orderOf(leastBusy, targets, 0)).toEqual(['a', 'b', 'busy'])
    expect(orderOf(leastBusy, targets, 0.9999)).toEqual(['b', 'a', 'busy'])
  })
})

describe('LeastLatency', () => {
  it('is by latency between two', () => {
    const targets = [timedTarget('slow', 900), timedTarget('fast', 100)]
    for (const point of points) expect(orderOf(leastLatency, targets, point)[0]).toBe('fast')
  })

  it('draws two and puts the faster one first, the others by latency', () => {
    const targets = [timedTarget('c', 300), timedTarget('a', 100), timedTarget('b', 200)]
    expect(orderOf(leastLatency, targets, 0)).toEqual(['a', 'b', 'c'])
    // The second and the third by latency are drawn.
    expect(orderOf(leastLatency, targets, 0.4)).toEqual(['b', 'a', 'c'])
  })

  it('never draws the slowest of several', () => {
    const targets = ['a', 'b', 'c', 'd'].map((name, index) => timedTarget(name, index * 100))
    for (const point of points) expect(orderOf(leastLatency, targets, point)[0]).not.toBe('d')
  })

  it('tries first what is unknown, and last what is being tried', () => {
    const known = timedTarget('known', 900)
    expect(orderOf(leastLatency, [known, timedTarget('new', undefined)], 0.9)[0]).toBe('new')
    const targets = [timedTarget('tried', Infinity), known]
    for (const point of points) expect(orderOf(leastLatency, targets, point)[0]).toBe('known')
  })

  it('does not measure a fallback', () => {
    const targets = [timedTarget('spare', undefined, 0), timedTarget('a', 500)]
    expect(orderOf(leastLatency, targets, 0)).toEqual(['a', 'spare'])
  })
})

describe('LeastCost', () => {
  const call = callWith({ inputTokens: 1000 })

  it('is by the price of this call', () => {
    const targets = [pricedTarget('short', '1', '30'), pricedTarget('long', '5', '10')]
    const order = (outputTokensMax: number) =>
      orderOf(leastCost, targets, 0, { ...call, outputTokensMax })
    expect(order(100)).toEqual(['short', 'long'])
    expect(order(1000)).toEqual(['long', 'short'])
  })

  it('counts on as much output as the model has given, and on no more than is asked for', () => {
    const targets = [
      pricedTarget('wordy', '1', '10', { outputTokens: 2000 }),
      pricedTarget('terse', '1', '20', { outputTokens: 100 }),
    ]
    expect(orderOf(leastCost, targets, 0, call)).toEqual(['terse', 'wordy'])
    expect(orderOf(leastCost, targets, 0, { ...call, outputTokensMax: 100 })[0]).toBe('wordy')
  })

  it('has what costs nobody knows what last', () => {
    const targets = [
      targetOf('unpriced'),
      pricedTarget('half', '0.1', undefined),
      pricedTarget('dear', '99', '99'),
    ]
    for (const point of points) expect(orderOf(leastCost, targets, point)[0]).toBe('dear')
  })

  it('draws between equals by weight', () => {
    const targets = [
      pricedTarget('a', '1', '1', { weight: 9 }),
      pricedTarget('b', '1.00', '1.0', { weight: 1 }),
    ]
    expect(orderOf(leastCost, targets, 0.89)).toEqual(['a', 'b'])
    expect(orderOf(leastCost, targets, 0.91)).toEqual(['b', 'a'])
  })
})
