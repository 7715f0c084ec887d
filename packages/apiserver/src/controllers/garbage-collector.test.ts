import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startApiServer, type ApiServer } from '../index.ts'
import { TestClient, type Answer } from '../test-support/test-client.ts'

const path = '/api/v1/namespaces/default/configmaps'

describe('garbage collection', () => {
  let server: ApiServer
  let client: TestClient

  beforeAll(async () => {
    server = await startApiServer()
    client = new TestClient(server)
  })

  afterAll(async () => {
    client?.close()
    await server?.stop()
  })

  async function create(name: string, ...owners: object[]): Promise<object> {
    const metadata = { name, ownerReferences: owners }
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata }
    const { uid } = (await client.send('POST', path, body)).body['metadata'] as { uid: string }
    return { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true }
  }

  function remove(name: string, propagationPolicy: string): Promise<Answer> {
    return client.send('DELETE', `${path}/${name}`, { kind: 'DeleteOptions', propagationPolicy })
  }

  async function untilGone(name: string): Promise<void> {
    while ((await client.get(`${path}/${name}`)).status !== 404);
  }

  it('deletes the whole tree under a deleted owner', async () => {
    const root = await create('root')
    const child = await create('child', root)
    await create('grandchild', child)
    await remove('root', 'Background')
    await untilGone('child')
    await untilGone('grandchild')
  })

  it('keeps what has another living owner, without the dead reference', async () => {
    const first = await create('first')
    const second = await create('second')
    await create('shared', first, second)
    await remove('first', 'Background')
    for (;;) {
      const { metadata } = (await client.get(`${path}/shared`)).body as {
        metadata: { ownerReferences: { name: string }[] }
      }
      if (metadata.ownerReferences.length > 1) continue
      expect(metadata.ownerReferences).toMatchObject([{ name: 'second' }])
      break
    }
  })

  it('deletes dependents before their owner in the foreground', async () => {
    const owner = await create('foreground')
    await create('blocking', owner)
    const watch = await client.watch(`${path}?watch=true&resourceVersion=${await now()}`)
    await remove('foreground', 'Foreground')
    const deleted: unknown[] = []
    while (deleted.length < 2) {
      const { type, object } = await watch.next()
      if (type === 'DELETED') deleted.push(object.metadata.name)
    }
    expect(deleted).toEqual(['blocking', 'foreground'])
    watch.close()
  })

  it('leaves orphans behind when asked to', async () => {
    const owner = await create('parent')
    await create('orphan', owner)
    await remove('parent', 'Orphan')
    await untilGone('parent')
    const { metadata } = (await client.get(`${path}/orphan`)).body as { metadata: object }
    expect(metadata).not.toHaveProperty('ownerReferences')
  })

  it('collects an object whose owner never was', async () => {
    await create('lost', { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: 'none' })
    await untilGone('lost')
  })

  async function now(): Promise<string> {
    const { metadata } = (await client.get(path)).body as { metadata: { resourceVersion: string } }
    return metadata.resourceVersion
  }
})
