import { HeaderFields } from '@fairlead/http1'
import { describe, expect, it } from 'vitest'
import { consumerOf } from '../../test-support/snapshot.ts'
import { callerOf } from '../../access/caller.ts'
import { contentOf } from './call-content.ts'
import type { RoutedCall } from '../routed-call.ts'
import type { RoutingStrategy, TargetView } from '../routing-strategy.ts'

interface NamedTarget extends TargetView {
  readonly name: string
}

export function targetOf(name: string, view: Partial<TargetView> = {}): NamedTarget {
  return {
    name,
    weight: 1,
    health: 'Unknown',
    inFlight: 0,
    latencyMs: undefined,
    price: undefined,
    ...view,
  }
}

const anyCall = (): RoutedCall => ({
  model: 'm',
  caller: callerOf(consumerOf('somebody')),
  headers: new HeaderFields(),
  prompt: undefined,
  inputTokens: 10,
  content: contentOf(),
})

/** The names of the targets in the order of a strategy. */
export function orderOf(
  strategy: RoutingStrategy,
  targets: readonly NamedTarget[],
  point: number,
): string[] {
  return strategy.order(targets, anyCall(), () => point).map(({ name }) => name)
}

const points = [0, 0.25, 0.5, 0.75, 0.999_999]

const targetLists: readonly (readonly NamedTarget[])[] = [
  [targetOf('only')],
  [targetOf('a'), targetOf('b')],
  [targetOf('none', { weight: 0 }), targetOf('zero', { weight: 0 })],
  [
    targetOf('down', { health: 'Unreachable', weight: 0 }),
    targetOf('busy', { inFlight: 50, latencyMs: 900, weight: 90 }),
    targetOf('new', { price: { inputPerMillion: '1', outputPerMillion: '2' } as never }),
    targetOf('limited', { health: 'RateLimited', latencyMs: 20, weight: 1_000_000 }),
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
