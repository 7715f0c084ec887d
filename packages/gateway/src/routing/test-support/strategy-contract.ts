import { describe, expect, it } from 'vitest'
import { Price } from '@fairlead/usage'
import type { RoutedCall } from '../routed-call.ts'
import type { RoutingStrategy, TargetView } from '../routing-strategy.ts'
import { callWith } from './call-with.ts'

type NamedTarget = TargetView

export function targetOf(name: string, view: Partial<TargetView> = {}): NamedTarget {
  return {
    name,
    weight: 1,
    health: 'Unknown',
    inFlight: 0,
    latencyMs: () => undefined,
    quotaShare: () => undefined,
    outputTokens: undefined,
    price: undefined,
    ...view,
  }
}

/** A target that answers in this time. */
export function timedTarget(name: string, latencyMs: number | undefined, weight = 1): NamedTarget {
  return targetOf(name, { latencyMs: () => latencyMs, weight })
}

/** A target with prices per million input and output tokens, in dollars. */
export function pricedTarget(
  name: string,
  inputPerMillion: string | undefined,
  outputPerMillion: string | undefined,
  view: Partial<TargetView> = {},
): NamedTarget {
  const price = new Price({
    price: {
      input: inputPerMillion,
      output: outputPerMillion,
      cachedInput: undefined,
      cacheWrite: undefined,
      cacheWrite1h: undefined,
      reasoning: undefined,
      audioInput: undefined,
      audioOutput: undefined,
    },
    perRequest: '0',
    tiers: [],
  })
  return targetOf(name, { price, ...view })
}

/** The names of the targets in the order of a strategy. */
export function orderOf(
  strategy: RoutingStrategy,
  targets: readonly NamedTarget[],
  point: number,
  call: RoutedCall = callWith(),
): string[] {
  return strategy.order(targets, call, () => point).map(({ name }) => name)
}

const points = [0, 0.25, 0.5, 0.75, 0.999_999]

const targetLists: readonly (readonly NamedTarget[])[] = [
  [targetOf('only')],
  [targetOf('a'), targetOf('b')],
  [targetOf('none', { weight: 0 }), targetOf('zero', { weight: 0 })],
  [
    targetOf('down', { health: 'Unreachable', weight: 0 }),
    targetOf('busy', { inFlight: 50, latencyMs: () => 900, weight: 90 }),
    targetOf('limited', { health: 'RateLimited', latencyMs: () => 20, weight: 1_000_000 }),
    targetOf('waiting', { latencyMs: () => Infinity }),
    targetOf('waiting-too', { latencyMs: () => Infinity }),
    pricedTarget('priced', '1', '2'),
  ],
]

/** What holds of every routing strategy. */
export function describeStrategyContract(strategy: RoutingStrategy): void {
  describe(`the routing strategy ${strategy.type}`, () => {
    it.each(targetLists.map((targets) => [targets.map(({ name }) => name), targets] as const))(
      'gives each of %o once',
      (names, targets) => {
        for (const point of points) {
          expect(orderOf(strategy, targets, point).toSorted()).toEqual(names.toSorted())
        }
      },
    )

    it('leaves the list that it is given alone', () => {
      for (const targets of targetLists) {
        const given = [...targets]
        orderOf(strategy, given, 0.5)
        expect(given).toEqual(targets)
        expect(() => orderOf(strategy, Object.freeze(given), 0.5)).not.toThrow()
      }
    })

    it('gives the same order for the same inputs', () => {
      for (const targets of targetLists) {
        expect(orderOf(strategy, targets, 0.3)).toEqual(orderOf(strategy, targets, 0.3))
      }
    })

    it('gives nothing for nothing', () => {
      expect(orderOf(strategy, [], 0.5)).toEqual([])
    })
  })
}
