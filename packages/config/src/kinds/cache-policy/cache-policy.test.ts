import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  snapshotOf,
  type Described,
} from '../../test-support/resources.ts'

const policy = (spec: object, name = 'a'): Described => ({
  kind: 'CachePolicy',
  name,
  spec: { targetRefs: [{ kind: 'LLMGateway', name: 'default' }], ...spec },
})

const accepted = (name: string, ...all: readonly Described[]) =>
  conditionsOf(compileAll(...all), 'CachePolicy', `default/${name}`).Accepted

describe('a CachePolicy', () => {
  it('is in the snapshot with its defaults', () => {
    expect(snapshotOf(policy({}))?.cachePolicies).toMatchObject([
      {
        name: 'a',
        targets: [{ kind: 'LLMGateway', key: 'default/default' }],
        ttlMs: 3_600_000,
        scope: 'Consumer',
        cacheable: { maxTemperature: 2, tools: 'Never', maxBytes: 1_048_576 },
        store: { maxEntries: 10_000, maxBytes: 67_108_864 },
      },
    ])
  })

  it('is refused for a temperature that no model takes', () => {
    const hot = policy({ cacheable: { maxTemperature: '2.5' } })
    expect(accepted('a', hot)).toMatchObject({ status: 'False', reason: 'Invalid' })
  })

  it('loses a target to another for the same calls, and is told to which', () => {
    const both = [policy({}, 'b'), policy({}, 'a')]
    expect(snapshotOf(...both)?.cachePolicies.map(({ name }) => name)).toEqual(['a'])
    expect(accepted('a', ...both)).toMatchObject({ status: 'True' })
    expect(accepted('b', ...both)).toMatchObject({
      status: 'False',
      reason: 'Conflicted',
      message: expect.stringContaining('CachePolicy default/a'),
    })
  })

  it('stands beside another for other calls at the same target', () => {
    const both = [policy({}, 'b'), policy({ match: { models: ['m'] } }, 'a')]
    expect(snapshotOf(...both)?.cachePolicies.map(({ name }) => name)).toEqual(['a', 'b'])
  })
})
