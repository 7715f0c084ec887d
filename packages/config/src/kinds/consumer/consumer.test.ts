import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  type Described,
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
    const key = { sha256: 'A'.repeat(64), expiresAt: '2027-01-01T00:00:00Z' }
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
      message: expect.stringContaining('API key k is also that of Consumer default/b'),
    })
  })

  it('with an impossible expiry make the consumer invalid', () => {
    const result = compileAll(consumer('c', { sha256: 'a', expiresAt: 'never' }))
    expect(conditionsOf(result, 'Consumer', 'default/c').Accepted?.reason).toBe('Invalid')
  })
})
