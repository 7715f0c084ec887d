import { createHash } from 'node:crypto'
import { Consumer } from '@fairlead/api'
import { startApiServer } from '@fairlead/apiserver'
import { silentLogger } from '@fairlead/base'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import { isNotFound, secretText } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installCustomResourceDefinitions } from '../install-crds.ts'
import { createKey, type KeyWork, revokeKey, rotateKey } from './key-actions.ts'
import { keyTable, listedKeys, tenantOf } from './key-list.ts'

const nowMs = Date.parse('2026-06-01T00:00:00Z')
const dayMs = 86_400_000
const plain = { name: undefined, expiresInMs: undefined, hashed: false, secret: undefined }

let client: ReturnType<typeof createClient>
let stop: () => Promise<void>
beforeAll(async () => {
  const server = await startApiServer()
  client = createClient(loadKubeConfig({ text: server.kubeconfig() }))
  await installCustomResourceDefinitions(client, silentLogger, new AbortController().signal)
  stop = async () => {
    await client.close()
    await server.stop()
  }
}, 60_000)
afterAll(() => stop())

let count = 0

/** A Consumer of its own, with a key that its owner applies. */
async function consumer(): Promise<KeyWork> {
  count += 1
  const name = `app-${count}`
  const apiVersion = `${Consumer.group}/${Consumer.version}`
  const spec = {
    groups: ['staff'],
    apiKeys: [{ name: 'own', sha256: createHash('sha256').update(name).digest('hex') }],
  }
  await client.apply(
    Consumer,
    { apiVersion, kind: 'Consumer', metadata: { namespace: 'default', name }, spec },
    { fieldManager: 'owner' },
  )
  const signal = new AbortController().signal
  return { client, consumer: { namespace: 'default', name }, nowMs, signal }
}

const read = ({ consumer: name }: KeyWork) => client.get(Consumer, name)
const secretNamed = (name: string) => client.get(Secret, { namespace: 'default', name })

describe('a key of a Consumer', () => {
  it('is made in a Secret that goes with its Consumer, beside the keys of others', async () => {
    const work = await consumer()
    const made = await createKey(work, { ...plain, expiresInMs: 90 * dayMs })
    const { metadata, spec } = await read(work)
    const secret = `${work.consumer.name}-key-main`
    expect(made).toMatchObject({
      consumer: `default/${work.consumer.name}`,
      name: 'main',
      expiresAt: '2026-08-30T00:00:00Z',
      secret: { namespace: 'default', name: secret, key: 'api-key' },
    })
    expect(spec.groups).toEqual(['staff'])
    expect(spec.apiKeys).toMatchObject([
      { name: 'own' },
      { name: 'main', secretRef: { name: secret, key: 'api-key' }, expiresAt: made.expiresAt },
    ])
    const stored = await secretNamed(secret)
    expect(secretText(stored, 'api-key')).toBe(made.key)
    expect(stored.metadata.ownerReferences).toMatchObject([{ kind: 'Consumer', uid: metadata.uid }])
  })

  it('is kept only as its SHA-256 if that is wanted', async () => {
    const work = await consumer()
    const made = await createKey(work, { ...plain, name: 'ci', hashed: true })
    const sha256 = createHash('sha256').update(made.key).digest('hex')
    expect((await read(work)).spec.apiKeys[1]).toEqual({ name: 'ci', sha256 })
    expect(made.secret).toBeNull()
  })

  it('stays when the owner of the Consumer applies it again', async () => {
    const work = await consumer()
    await createKey(work, { ...plain, hashed: true })
    const { apiVersion, kind, spec } = await read(work)
    const [own] = spec.apiKeys
    const metadata = { namespace: 'default', name: work.consumer.name }
    await client.apply(
      Consumer,
      { apiVersion, kind, metadata, spec: { groups: ['other'], apiKeys: [own] } } as never,
      { fieldManager: 'owner' },
    )
    expect((await read(work)).spec.apiKeys.map(({ name }) => name)).toEqual(['own', 'main'])
  })

  it('needs a name that is free, and leaves no Secret behind otherwise', async () => {
    const work = await consumer()
    await expect(createKey(work, { ...plain, name: 'own' })).rejects.toThrow('has a key "own"')
    await createKey(work, { ...plain, secret: 'taken' })
    await expect(createKey(work, { ...plain, secret: 'taken' })).rejects.toThrow(
      'there is a Secret default/taken already',
    )
    const name = 'x'.repeat(64)
    await expect(createKey(work, { ...plain, name })).rejects.toThrow('spec.apiKeys')
    const left = secretNamed(`${work.consumer.name}-key-${name}`)
    await expect(left).rejects.toSatisfy(isNotFound)
  })

  it('is made although others change the Consumer at the same time', async () => {
    const work = await consumer()
    const names = ['a', 'b', 'c', 'd']
    await Promise.all(names.map((name) => createKey(work, { ...plain, name, hashed: true })))
    const { spec } = await read(work)
    expect(spec.apiKeys.map(({ name }) => name).toSorted()).toEqual([...names, 'own'])
  })

  it('is replaced by another, and good for the overlap', async () => {
    const work = await consumer()
    const first = await createKey(work, { ...plain, name: 'ci' })
    const second = await rotateKey(work, 'ci', dayMs, plain)
    expect(second).toMatchObject({ name: 'ci-2', replaced: { expiresAt: '2026-06-02T00:00:00Z' } })
    expect(second.key).not.toBe(first.key)
    const third = await rotateKey(work, 'ci-2', 0, plain)
    expect(third.name).toBe('ci-3')
    const { spec } = await read(work)
    expect(spec.apiKeys.map(({ name, expiresAt }) => [name, expiresAt])).toEqual([
      ['own', undefined],
      ['ci', '2026-06-02T00:00:00Z'],
      ['ci-2', '2026-06-01T00:00:00Z'],
      ['ci-3', undefined],
    ])
  })

  it('is stored as the one it replaces, and never outlives an earlier end', async () => {
    const work = await consumer()
    const rotated = await rotateKey(work, 'own', dayMs, plain)
    expect(rotated.secret).toBeNull()
    const again = rotateKey(work, 'own', 30 * dayMs, plain)
    await expect(again).rejects.toThrow('say how long the new one is good for')
    const { replaced } = await rotateKey(work, 'own', 30 * dayMs, { ...plain, expiresInMs: null })
    expect(replaced.expiresAt).toBe('2026-06-02T00:00:00Z')
  })

  it('is revoked with the Secret that was made for it, and no other', async () => {
    const work = await consumer()
    const { name, secret } = await createKey(work, plain)
    expect(await revokeKey(work, name)).toEqual({ secretDeleted: true })
    await expect(secretNamed(secret?.name ?? '')).rejects.toSatisfy(isNotFound)
    expect(await revokeKey(work, 'own')).toEqual({ secretDeleted: false })
    expect((await read(work)).spec.apiKeys).toEqual([])
    await expect(revokeKey(work, 'own')).rejects.toThrow('it has none')
  })

  it('in the Secret of another Consumer is revoked without it', async () => {
    const owner = await consumer()
    const { secret } = await createKey(owner, plain)
    const work = await consumer()
    const { spec } = await read(work)
    const lent = { name: 'lent', secretRef: { name: secret?.name, key: 'api-key' } }
    const body = { spec: { apiKeys: [...spec.apiKeys, lent] } }
    await client.patch(Consumer, work.consumer, { type: 'merge', body }, { fieldManager: 'owner' })
    expect(await revokeKey(work, 'lent')).toEqual({ secretDeleted: false })
    expect(secretText(await secretNamed(secret?.name ?? ''), 'api-key')).not.toBe('')
  })

  it('of a Consumer that does not exist cannot be made', async () => {
    const work = { ...(await consumer()), consumer: { namespace: 'default', name: 'nobody' } }
    await expect(createKey(work, plain)).rejects.toThrow('there is no Consumer default/nobody')
  })
})

describe('the list of keys', () => {
  it('says which are good, and when they were used last', async () => {
    const work = await consumer()
    await createKey(work, { ...plain, name: 'soon', hashed: true, expiresInMs: 7 * dayMs })
    await createKey(work, { ...plain, name: 'over', hashed: true, expiresInMs: 0 })
    await createKey(work, { ...plain, name: 'late', hashed: true, expiresInMs: 8 * dayMs })
    const resource = await read(work)
    const uses = [{ tenant: tenantOf(resource), key: 'own', hourMs: nowMs - 3_600_000 }]
    expect(keyTable(listedKeys(resource, uses, nowMs), true)).toBe(
      [
        'NAME   STATE      EXPIRES                LAST USED        STORED',
        'own    Active     never                  2026-05-31T23h   SHA-256',
        'soon   Expiring   2026-06-08T00:00:00Z   never            SHA-256',
        'over   Expired    2026-06-01T00:00:00Z   never            SHA-256',
        'late   Active     2026-06-09T00:00:00Z   never            SHA-256',
        '',
      ].join('\n'),
    )
    expect(keyTable(listedKeys(resource, undefined, nowMs), false)).toContain('unknown')
  })
})
