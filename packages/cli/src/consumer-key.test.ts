import { Consumer } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'
import { type KubernetesObject, type ResourceType, errors } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { consumerKey } from './consumer-key.ts'
import { UsageError } from './usage-error.ts'

const secret = (value: string) => ({ data: { 'api-key': Buffer.from(value).toString('base64') } })

/** A client that gets these objects, by kind and `namespace/name`, and says of others 404. */
function clientOf(objects: Readonly<Record<string, object>>): Client {
  const get = ({ kind }: ResourceType, key: { namespace?: string; name: string }) => {
    const found = objects[`${kind} ${key.namespace}/${key.name}`]
    return found === undefined
      ? Promise.reject(errors.notFound(kind, key.name))
      : Promise.resolve(found as KubernetesObject)
  }
  return { get } as unknown as Client
}

const name = { namespace: 'team', name: 'app' }
const keyOf = (apiKeys: readonly object[], secrets: Readonly<Record<string, object>> = {}) => {
  const objects = { [`${Consumer.kind} team/app`]: { spec: { apiKeys } }, ...secrets }
  const nowMs = Date.parse('2026-06-01T00:00:00Z')
  return consumerKey(name, clientOf(objects), nowMs, new AbortController().signal)
}
const secretRef = { name: 'keys', key: 'api-key' }

describe('the key of a Consumer', () => {
  it('is the first that a Secret has', async () => {
    const keys = [
      { name: 'hashed', sha256: 'a'.repeat(64) },
      { name: 'old', secretRef: { ...secretRef, name: 'old' }, expiresAt: '2026-05-31T00:00:00Z' },
      { name: 'gone', secretRef: { ...secretRef, name: 'gone' } },
      { name: 'good', secretRef, expiresAt: '2026-07-01T00:00:00Z' },
    ]
    const secrets = {
      [`${Secret.kind} team/old`]: secret('expired'),
      [`${Secret.kind} team/keys`]: secret('the key\n'),
    }
    expect(await keyOf(keys, secrets)).toBe('the key')
  })

  it('is not known if only its digest is stored', async () => {
    const asked = keyOf([{ name: 'hashed', sha256: 'a'.repeat(64) }])
    await expect(asked).rejects.toThrow(UsageError)
    await expect(asked).rejects.toThrow('give one with FAIRLEAD_API_KEY instead')
  })

  it('is not that of a Consumer that does not exist', async () => {
    const signal = new AbortController().signal
    const asked = consumerKey(name, clientOf({}), 0, signal)
    await expect(asked).rejects.toThrow('there is no Consumer team/app')
  })
})
