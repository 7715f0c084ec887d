import { describe, expect, it } from 'vitest'
import { testCapabilities } from '@fairlead/snapshot/testing'
import {
  compileAll,
  compileResources,
  conditionsOf,
  gateway,
  resourceSet,
  simulator,
  type Described,
} from '../../test-support/resources.ts'

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

  it('names the key of its encryption, and the one before', () => {
    const encryption = { keySecretRef: { name: 'chats', key: 'aes' } }
    const { snapshots } = compileAll(store({ type: 'Memory', encryption }), gateway)
    const settings = snapshots.get('default/default')?.conversationStores.get('default/s')
    expect(settings?.encryption).toEqual({
      key: { namespace: 'default', name: 'chats', key: 'aes' },
      previousKey: { namespace: 'default', name: 'chats', key: 'previous-aes' },
    })
  })

  describe('on a server', () => {
    const capabilities = {
      ...testCapabilities,
      conversationStoreTypes: ['Memory', 'SQLite', 'Redis', 'Postgres'],
    }
    const compiled = (spec: Record<string, unknown>) => {
      const result = compileResources(resourceSet([gateway, simulator, store(spec)]), {
        capabilities,
      })
      return {
        settings: result.snapshots.get('default/default')?.conversationStores.get('default/s'),
        conditions: conditionsOf(result, 'ConversationStore', 'default/s'),
      }
    }
    const url = { namespace: 'default', name: 'server', key: 'url' }

    it('names the Secrets of its server, and what is chosen there', () => {
      const redis = { urlSecretRef: { name: 'server' }, keyPrefix: 'chats' }
      const { settings, conditions } = compiled({ type: 'Redis', redis })
      expect(settings).toMatchObject({
        type: 'Redis',
        path: undefined,
        server: { url, ca: undefined, keyPrefix: 'chats', schema: undefined },
      })
      expect(conditions.Available?.status).toBe('True')
      const tls = { caSecretRef: { name: 'authorities' } }
      const postgres = { urlSecretRef: { name: 'server', key: 'dsn' }, tls }
      expect(compiled({ type: 'Postgres', postgres }).settings?.server).toEqual({
        url: { ...url, key: 'dsn' },
        ca: { namespace: 'default', name: 'authorities', key: 'ca.crt' },
        keyPrefix: undefined,
        schema: 'fairlead',
        maxConnections: 10,
      })
    })

    it('uses no Secret of a namespace that does not permit it, nor other authorities instead', () => {
      const foreign = { name: 'server', namespace: 'elsewhere' }
      for (const redis of [
        { urlSecretRef: foreign },
        { urlSecretRef: { name: 'server' }, tls: { caSecretRef: foreign } },
      ]) {
        const { settings, conditions } = compiled({ type: 'Redis', redis })
        expect(settings?.server).toMatchObject({ url: undefined, ca: undefined })
        expect(conditions.ResolvedRefs).toMatchObject({
          status: 'False',
          reason: 'RefNotPermitted',
        })
      }
    })
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
