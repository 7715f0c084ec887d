import { Deployment, Secret } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { mergeRules, ruleFor } from './policy-rules.ts'

describe('merged rules', () => {
  it('have the verbs of a resource once, in the order of reading and writing', () => {
    expect(
      mergeRules([
        ruleFor(Secret, ['watch', 'get']),
        ruleFor(Secret, ['delete', 'get', 'list']),
        ruleFor(Deployment, ['patch'], 'status'),
      ]),
    ).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch', 'delete'] },
      { apiGroups: ['apps'], resources: ['deployments/status'], verbs: ['patch'] },
    ])
  })

  it('take resources of a group together that may do the same', () => {
    const both = { apiGroups: ['', 'apps'], resources: ['b', 'a'], verbs: ['get'] }
    expect(mergeRules([both, { ...both, resources: ['c'] }])).toEqual([
      { apiGroups: [''], resources: ['a', 'b', 'c'], verbs: ['get'] },
      { apiGroups: ['apps'], resources: ['a', 'b', 'c'], verbs: ['get'] },
    ])
  })

  it('keep apart what is only for some names', () => {
    const one = { ...ruleFor(Secret, ['get']), resourceNames: ['one'] }
    const all = ruleFor(Secret, ['list'])
    expect(mergeRules([one, all, one])).toEqual([all, one])
  })

  it('keep paths', () => {
    const paths = { nonResourceURLs: ['/metrics'], verbs: ['get'] }
    expect(mergeRules([paths, paths])).toEqual([paths])
  })

  it('are the same in whatever order they come', () => {
    const rules = [ruleFor(Secret, ['get']), ruleFor(Deployment, ['list', 'get'])]
    expect(mergeRules(rules.toReversed())).toEqual(mergeRules(rules))
  })
})
