import { describe, expect, it } from 'vitest'
import {
  compileAll,
  compileResources,
  conditionsOf,
  type Described,
  grant,
  resourceSet,
  snapshotOf,
} from '../../test-support/resources.ts'

describe('API keys', () => {
  const consumer = (name: string, key: Record<string, unknown>, created?: string): Described => ({
    kind: 'Consumer',
    name,
    ...(created && { created }),
    spec: { apiKeys: [{ name: 'k', ...key }] },
  })

  it('have an expiry in milliseconds', () => {
    const key = { sha256: 'a'.repeat(64), expiresAt: '2027-01-01T00:00:00Z' }
    expect(snapshotOf(consumer('c', key))?.consumers[0]?.apiKeys).toEqual([
      { name: 'k', source: { sha256: 'a'.repeat(64) }, expiresAtMs: Date.UTC(2027, 0, 1) },
    ])
  })

  it.each([
    ['sha256', { sha256: 'a'.repeat(64) }],
    ['secret', { secretRef: { name: 's', key: 'k' } }],
  ])('with the same %s belong to the older consumer', (_, key) => {
    const result = compileAll(consumer('a', key), consumer('b', key, '2025-01-01T00:00:00Z'))
    const consumers = result.snapshots.get('default/default')?.consumers
    expect(consumers?.map(({ name, apiKeys }) => [name, apiKeys.length])).toEqual([
      ['a', 0],
      ['b', 1],
    ])
    expect(conditionsOf(result, 'Consumer', 'default/a').Accepted).toMatchObject({
      status: 'False',
      reason: 'Conflicted',
      message:
        'on LLMGateway default/default, API key k is the same as API key k of Consumer default/b, ' +
        'which is older, and is left out: give each Consumer its own',
    })
  })

  it('with an impossible expiry make the consumer invalid', () => {
    const result = compileAll(consumer('c', { sha256: 'a', expiresAt: 'never' }))
    expect(conditionsOf(result, 'Consumer', 'default/c').Accepted?.reason).toBe('Invalid')
  })
})

describe('what a consumer may use of other namespaces', () => {
  const patterns = ['own', 'shared/one', 'shared/two', 'shared/*']
  const access = { promptTemplates: patterns, personas: patterns, contextStrategies: patterns }
  const consumer: Described = { kind: 'Consumer', name: 'c', spec: { access } }
  const kinds = [
    ['promptTemplates', 'PromptTemplate'],
    ['personas', 'Persona'],
    ['contextStrategies', 'ContextStrategy'],
  ] as const
  const from = { kind: 'Consumer', namespace: 'default' }

  it.each(kinds)('needs a ReferenceGrant there: %s', (field, kind) => {
    const lists = (...grants: readonly Described[]) =>
      snapshotOf(consumer, ...grants)?.consumers[0]?.access[field]
    expect(lists()).toEqual(['own'])
    expect(lists(grant('shared', from, { kind, name: 'one' }))).toEqual(['own', 'shared/one'])
    expect(lists(grant('shared', from, { kind }))).toEqual(patterns)
    expect(lists(grant('other', from, { kind }))).toEqual(['own'])
    expect(lists(grant('shared', { ...from, kind: 'LLMGateway' }, { kind }))).toEqual(['own'])
  })

  it('is said in its conditions', () => {
    const { Accepted, ResolvedRefs } = conditionsOf(compileAll(consumer), 'Consumer', 'default/c')
    expect(Accepted?.status).toBe('True')
    expect(ResolvedRefs).toMatchObject({
      status: 'False',
      reason: 'RefNotPermitted',
      message: expect.stringContaining(
        'spec.access.personas[3]: no ReferenceGrant in namespace shared',
      ),
    })
  })

  it('is the same for callers without a key, by a grant to the LLMGateway', () => {
    const auth = { mode: 'Optional', anonymous: { access } }
    const gateway: Described = { kind: 'LLMGateway', spec: { auth } }
    const to = { kind: 'Persona' }
    const set = (...more: readonly Described[]) =>
      compileResources(resourceSet([gateway, ...more])).snapshots.get('default/default')?.gateway
    expect(set()?.anonymousAccess?.personas).toEqual(['own'])
    const granted = grant('shared', { kind: 'LLMGateway', namespace: 'default' }, to)
    expect(set(granted)?.anonymousAccess).toMatchObject({ personas: patterns, models: [] })
  })
})

describe('ServiceAccounts', () => {
  const consumer = (name: string, created?: string): Described => ({
    kind: 'Consumer',
    name,
    ...(created && { created }),
    spec: {
      serviceAccounts: [
        { namespace: 'default', name: 'web' },
        { namespace: 'shop', name: 'web' },
      ],
    },
  })
  const from = { kind: 'Consumer', namespace: 'default' }

  it('of another namespace need a ReferenceGrant there', () => {
    const accounts = (...grants: readonly Described[]) =>
      snapshotOf(consumer('c'), ...grants)?.consumers[0]?.serviceAccounts
    expect(accounts()).toEqual(['default/web'])
    expect(
      accounts(grant('shop', from, { group: '', kind: 'ServiceAccount', name: 'web' })),
    ).toEqual(['default/web', 'shop/web'])
  })

  it('are one Consumer each: the older one keeps it', () => {
    const all = [
      consumer('late', '2026-02-01T00:00:00Z'),
      consumer('early', '2026-01-01T00:00:00Z'),
    ]
    const consumers = snapshotOf(...all)?.consumers
    expect(consumers?.map(({ name, serviceAccounts }) => [name, serviceAccounts])).toEqual([
      ['early', ['default/web']],
      ['late', []],
    ])
  })
})
