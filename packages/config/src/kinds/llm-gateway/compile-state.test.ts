import { describe, expect, it } from 'vitest'
import { compileResources, conditionsOf, resourceSet } from '../../test-support/resources.ts'

const compileState = (redis: object) => {
  const state = { type: 'Redis', redis: { urlSecretRef: { name: 'redis', key: 'url' }, ...redis } }
  const result = compileResources(resourceSet([{ kind: 'LLMGateway', spec: { state } }]))
  return {
    state: result.snapshots.get('default/default')?.gateway.state,
    conditions: conditionsOf(result, 'LLMGateway'),
  }
}

describe('spec.state', () => {
  it('has a deadline, and no leases unless they are asked for', () => {
    expect(compileState({}).state).toEqual({
      type: 'Redis',
      url: { namespace: 'default', name: 'redis', key: 'url' },
      timeoutMs: 250,
      leases: undefined,
    })
    expect(compileState({ timeout: '1s', leases: {} }).state).toMatchObject({
      timeoutMs: 1000,
      leases: { percent: 5, intervalMs: 100 },
    })
  })

  it.each([
    [{ timeout: '0' }, 'spec.state.redis.timeout: must be from 1ms to 30s, and is 0'],
    [{ timeout: '1m' }, 'spec.state.redis.timeout: must be from 1ms to 30s, and is 1m'],
    [
      { leases: { interval: '1ms' } },
      'spec.state.redis.leases.interval: must be from 10ms to 10s, and is 1ms',
    ],
  ])('refuses %j', (redis, message) => {
    expect(compileState(redis).conditions.Accepted).toMatchObject({ reason: 'Invalid', message })
  })

  it('of a Secret that may not be read is a store that never answers', () => {
    const { state, conditions } = compileState({
      urlSecretRef: { name: 'redis', namespace: 'other', key: 'url' },
    })
    expect(state).toMatchObject({ type: 'Redis', url: undefined })
    expect(conditions.ResolvedRefs).toMatchObject({ status: 'False', reason: 'RefNotPermitted' })
  })
})
