import { describe, expect, it } from 'vitest'
import { compileAll, conditionsOf, type Described } from '../../test-support/resources.ts'

describe('a store', () => {
  const store = (spec: Record<string, unknown>): Described => ({
    kind: 'ConversationStore',
    name: 's',
    spec,
  })

  it.each(['Memory', 'SQLite'])('of type %s is planned as available', (type) => {
    const result = compileAll(store({ type }))
    expect(conditionsOf(result, 'ConversationStore', 'default/s').Available).toMatchObject({
      status: 'True',
      reason: 'Available',
    })
  })

  it.each(['Redis', 'Postgres'])('of type %s is accepted and not available', (type) => {
    const result = compileAll(store({ type }))
    expect(conditionsOf(result, 'ConversationStore', 'default/s')).toMatchObject({
      Accepted: { status: 'True', reason: 'PartiallySupported' },
      Available: { status: 'False', reason: 'TypeNotServed' },
    })
    expect(result.snapshots.get('default/default')?.conversationStores.size).toBe(0)
  })

  it.each([
    ['../other.db', 'Invalid'],
    ['a/../../other.db', 'Invalid'],
    ['a/..', 'Invalid'],
    ['../a/other.db', 'Invalid'],
    ['a/../other.db', 'Accepted'],
    ['a/..b.db', 'Accepted'],
    ['/var/lib/fairlead/other.db', 'Accepted'],
  ])('at the path %s is %s', (path, reason) => {
    const result = compileAll(store({ type: 'SQLite', sqlite: { path } }))
    expect(conditionsOf(result, 'ConversationStore', 'default/s').Accepted).toMatchObject({
      reason,
    })
  })

  it('with a broken duration is invalid', () => {
    const result = compileAll(store({ type: 'Memory', retention: { ttl: 'soon' } }))
    expect(conditionsOf(result, 'ConversationStore', 'default/s')).toMatchObject({
      Accepted: {
        reason: 'Invalid',
        message: expect.stringContaining('spec.retention.ttl: Invalid value: '),
      },
      Available: { status: 'False', reason: 'Invalid' },
    })
  })
})
