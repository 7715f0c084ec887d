import { HeaderFields } from '@fairlead/http1'
import { describe, expect, it } from 'vitest'
import { anonymousCaller } from '../access/caller.ts'
import { routeOf } from '../test-support/snapshot.ts'
import { RouteIndexer } from './route-index.ts'
import { routingStrategies } from './routing-strategies.ts'
import type { RoutedCall } from './routed-call.ts'
import { callWith } from './test-support/call-with.ts'

const routeFor = (rule: string, models: readonly string[], groups: readonly string[] = []) =>
  routeOf(rule, [{ provider: 'p' }], { match: { models, groups } })

const routes = [
  routeFor('group', ['a'], ['g']),
  routeFor('prefix', ['ab*']),
  routeFor('exact', ['a', 'abc']),
  routeFor('mixed', ['b', 'z*']),
  routeFor('any', []),
  routeFor('late', ['b']),
]

const call = (model: string, groups: readonly string[] = []): RoutedCall =>
  callWith({ model, caller: { ...anonymousCaller('default'), groups: new Set(groups) } })

describe('a route index', () => {
  const index = new RouteIndexer(routingStrategies).index(routes)

  it.each([
    ['a', [], 'exact'],
    ['a', ['g'], 'group'],
    ['abc', [], 'prefix'],
    ['b', [], 'mixed'],
    ['zebra', [], 'mixed'],
    ['other', [], 'any'],
  ])('finds the first route in order for model %s and groups %j', (model, groups, rule) => {
    expect(index.find(call(model, groups))?.route.rule).toBe(rule)
  })

  it('names the exact models once, in order', () => {
    expect(index.modelNames).toEqual(['a', 'abc', 'b'])
  })

  it('finds nothing where nothing matches', () => {
    const few = new RouteIndexer(routingStrategies).index(routes.slice(0, 1))
    expect(few.find(call('a'))).toBeUndefined()
    expect(few.find(call('b'))).toBeUndefined()
  })

  it('prepares a route once', () => {
    const indexer = new RouteIndexer(routingStrategies)
    const before = indexer.index(routes).find(call('a'))
    expect(indexer.index(routes.slice(2)).find(call('a'))).toBe(before)
  })

  it('asks only routes that may match, however many there are', () => {
    let asked = 0
    class CountedFields extends HeaderFields {
      override get(): string {
        asked += 1
        return '1'
      }
    }
    const many = Array.from({ length: 1000 }, (_, number) =>
      routeOf(`r${number}`, [{ provider: 'p' }], {
        match: { models: [`m${number}`], headers: [{ name: 'x', value: '1' }] },
      }),
    )
    const built = new RouteIndexer(routingStrategies).index(many)
    const found = built.find({ ...call('m999'), headers: new CountedFields() })
    expect(found?.route.rule).toBe('r999')
    expect(asked).toBe(1)
  })

  it('says why the routes before the one that matches do not', () => {
    const built = new RouteIndexer(routingStrategies).index(routes)
    const { routes: named, more } = built.mismatches(call('b'), 2)
    expect(named).toEqual([
      { label: 'policy/group', reason: 'it is for other models' },
      { label: 'policy/prefix', reason: 'it is for other models' },
    ])
    expect(more).toBe(1)
  })
})
