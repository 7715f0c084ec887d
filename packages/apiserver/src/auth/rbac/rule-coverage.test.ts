import { describe, expect, it } from 'vitest'

import { readRule } from '../../bootstrap/read-rule.ts'
import { describeRule, rulesOfRole, type PolicyRule } from './policy-rule.ts'
import { uncoveredRules } from './rule-coverage.ts'

function rules(...lines: string[]): PolicyRule[] {
  const role = { apiVersion: 'v1', kind: 'Role', metadata: {}, rules: lines.map(readRule) }
  return rulesOfRole(role)
}

function missing(held: string[], wanted: string[]): string[] {
  return uncoveredRules(rules(...held), rules(...wanted)).map(describeRule)
}

describe('what one set of rules does not cover of another', () => {
  it('is nothing where single permissions come from several rules', () => {
    const held = ['get,list core pods', 'watch,delete core pods,secrets']
    expect(missing(held, ['get,watch core pods'])).toEqual([])
    expect(missing(['* * *'], ['get apps deployments/scale x', 'bind * roles'])).toEqual([])
    expect(missing(['get core */log'], ['get core pods/log'])).toEqual([])
  })

  it('is described by resource, with its verbs together', () => {
    expect(missing(['get core pods'], ['get,list,watch core,apps pods,deployments'])).toEqual([
      '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}',
      '{APIGroups:[""], Resources:["deployments"], Verbs:["get" "list" "watch"]}',
      '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list" "watch"]}',
      '{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list" "watch"]}',
    ])
  })

  it('respects names: a rule for one object does not cover all', () => {
    expect(missing(['get core secrets a,b'], ['get core secrets a'])).toEqual([])
    expect(missing(['get core secrets a'], ['get core secrets'])).toEqual([
      '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    ])
    expect(missing(['get core secrets a'], ['get core secrets a,b'])).toEqual([
      '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}',
    ])
  })

  it('compares paths by their prefix', () => {
    expect(missing(['get /api/*'], ['get /api/v1,/api/*'])).toEqual([])
    expect(missing(['get /api/*'], ['get /apis', 'post /api/v1'])).toEqual([
      '{NonResourceURLs:["/apis"], Verbs:["get"]}',
      '{NonResourceURLs:["/api/v1"], Verbs:["post"]}',
    ])
  })

  it('takes bounded time for a rule that multiplies', () => {
    const many = (prefix: string): string =>
      Array.from({ length: 1_000 }, (_, index) => `${prefix}${index}`).join(',')
    const huge = `${many('v')} ${many('g')} ${many('r')} ${many('n')}`
    expect(uncoveredRules(rules('get core pods'), rules(huge)).length).toBeGreaterThan(0)
    expect(missing(['* * *'], [huge])).toEqual([])
  })
})
