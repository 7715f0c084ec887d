import type { Route } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  policy,
  rule,
  type Described,
} from '../../test-support/resources.ts'
import { shadowedRules } from './shadowed-rules.ts'

const acceptedOf = (name: string, ...policies: readonly Described[]) =>
  conditionsOf(compileAll(...policies), 'RoutingPolicy', `default/${name}`).Accepted

const older = { created: '2025-01-01T00:00:00Z' }
const header = (name: string, value = '1') => ({ name, value })

describe('a rule that can never match', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['everything', {}, { groups: ['g'], headers: [header('a')] }],
    ['the same', { models: ['a'] }, { models: ['a'] }],
    ['more models', { models: ['a', 'b'] }, { models: ['a'] }],
    ['a prefix of its models', { models: ['gpt-*', 'x'] }, { models: ['gpt-4*', 'gpt-5', 'x'] }],
    ['more groups', { groups: ['f', 'g'] }, { groups: ['g'] }],
    ['more consumers', { consumers: ['a', 'b'] }, { consumers: ['default/b'], models: ['m'] }],
    ['more prompts', { promptTemplates: ['a', 'b'] }, { promptTemplates: ['b'] }],
    ['fewer headers', { headers: [header('A')] }, { headers: [header('b'), header('a')] }],
    ['the same expression', { cel: 'request.stream' }, { cel: 'request.stream', groups: ['g'] }],
    ['more lengths', { inputTokens: { min: 5 } }, { inputTokens: { min: 5, max: 9 } }],
  ])('because one above it matches %s is named', (_, wide, narrow) => {
    expect(
      acceptedOf('p', policy('p', [rule('wide', wide), rule('narrow', narrow)])),
    ).toMatchObject({
      status: 'True',
      reason: 'Shadowed',
      message:
        'Accepted, but on LLMGateway default/default, rule narrow never matches, because rule ' +
        'wide above it matches all its calls',
    })
  })

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['other models', { models: ['a'] }, { models: ['a', 'b'] }],
    ['only some models', { models: ['a*'] }, {}],
    ['a longer prefix', { models: ['gpt-4*'] }, { models: ['gpt-*'] }],
    ['other groups', { groups: ['f'] }, { groups: ['f', 'g'] }],
    ['another header', { headers: [header('a')] }, { headers: [header('a', '2')] }],
    ['more headers', { headers: [header('a'), header('b')] }, { headers: [header('a')] }],
    ['an expression', { cel: 'request.stream' }, {}],
    ['types of prompts', { promptTypes: ['Code'] }, { promptTypes: ['Code', 'Math'] }],
    ['other lengths', { inputTokens: { max: 8 } }, { inputTokens: { min: 5, max: 9 } }],
    ['only some lengths', { inputTokens: { max: 8 } }, {}],
  ])('is not what stands below one with %s', (_, first, second) => {
    const accepted = acceptedOf('p', policy('p', [rule('first', first), rule('second', second)]))
    expect(accepted).toMatchObject({ status: 'True', reason: 'Accepted' })
  })

  it('because of an older policy is named, at the gateway too', () => {
    const first = policy('first', [rule('both', { models: ['a', 'b'] })], older)
    const second = policy('second', [
      rule('one', { models: ['a'] }),
      rule('own', { models: ['c'] }),
    ])
    const message =
      'Accepted, but on LLMGateway default/default, rule one never matches, because rule both of ' +
      'RoutingPolicy default/first, which comes first, matches all its calls'
    const result = compileAll(second, first)
    expect(conditionsOf(result, 'RoutingPolicy', 'default/second').Accepted).toMatchObject({
      reason: 'Shadowed',
      message,
    })
    expect(conditionsOf(result, 'RoutingPolicy', 'default/first').Accepted?.reason).toBe('Accepted')
    const planned = result.conditions.find(({ name }) => name === 'second')
    expect(planned?.gateways?.[0]?.conditions[0]).toMatchObject({ reason: 'Shadowed', message })
  })

  it('is found among many rules with few comparisons', () => {
    let asked = 0
    const routeOf = (name: string, models: readonly string[], min: number): Route => ({
      policy: { namespace: 'default', name: 'p', generation: 1 },
      rule: name,
      match: {
        models,
        groups: [],
        consumers: [],
        headers: [],
        promptTemplates: [],
        cel: '',
        promptTypes: [],
        complexity: undefined,
        get inputTokens() {
          asked += 1
          return { min, max: min }
        },
      },
      strategy: 'Weighted',
      targets: [],
      retry: { attempts: 0, withinMs: undefined, conditions: [] },
      timeouts: { firstByteMs: undefined, idleMs: undefined, totalMs: undefined },
      stickiness: undefined,
      mirror: undefined,
    })
    const comparisons = (rules: readonly Route[]) => {
      asked = 0
      const found = shadowedRules(rules)
      return { asked, found: [...found.values()] }
    }
    const named = (count: number) =>
      Array.from({ length: count }, (_, at) => routeOf(`r${at}`, [`m${at}`, `t${at}/*`], at))
    const last = routeOf('last', ['t999/x'], 999)
    const { asked: thousand, found } = comparisons([...named(1000), last])
    expect(found).toEqual([expect.stringContaining('rule last never matches, because rule r999')])
    expect(thousand).toBeLessThan(10)
    // Rules that have nothing but a length in common with others: a bounded number for each.
    const lengths = (count: number) =>
      Array.from({ length: count }, (_, at) => routeOf(`r${at}`, [], at))
    expect(comparisons(lengths(2000)).asked).toBeLessThan(2.1 * comparisons(lengths(1000)).asked)
  })
})
