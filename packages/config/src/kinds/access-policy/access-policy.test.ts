import { expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  snapshotOf,
  type Described,
} from '../../test-support/resources.ts'

const access = (spec: object): Described => ({
  kind: 'AccessPolicy',
  name: 'a',
  spec: {
    targetRefs: [{ kind: 'LLMGateway', name: 'default' }],
    action: 'Deny',
    resources: { models: ['*'] },
    ...spec,
  },
})

it('an AccessPolicy names resources with their namespace, and models, tools and groups as they are', () => {
  const spec = {
    subjects: { consumers: ['app', 'other/app'], serviceAccounts: ['worker'], groups: ['g'] },
    resources: { models: ['m*'], providers: ['p*'], personas: ['other/*'], tools: ['search'] },
  }
  expect(snapshotOf(access(spec))?.accessPolicies).toMatchObject([
    {
      action: 'Deny',
      mode: 'Enforce',
      subjects: {
        groups: ['g'],
        notGroups: [],
        consumers: ['default/app', 'other/app'],
        serviceAccounts: ['default/worker'],
        claims: [],
        cel: '',
      },
      resources: {
        models: ['m*'],
        providers: ['default/p*'],
        personas: ['other/*'],
        tools: ['search'],
        features: [],
      },
    },
  ])
})

it('an AccessPolicy with a condition that is none is invalid, and holds nowhere', () => {
  const broken = access({ subjects: { cel: '1 +' } })
  expect(conditionsOf(compileAll(broken), 'AccessPolicy', 'default/a').Accepted).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message: expect.stringContaining('spec.subjects.cel: '),
  })
  expect(snapshotOf(broken)?.accessPolicies).toEqual([])
})
