import { afterAll, beforeAll, expect, it } from 'vitest'

import { type ApiServer, startApiServer } from '../index.ts'
import { TestClient } from '../test-support/test-client.ts'

const inDefault = '/api/v1/namespaces/default'
const claims = `${inDefault}/persistentvolumeclaims`
const volumes = '/api/v1/persistentvolumes'

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
})

afterAll(async () => {
  client.close()
  await server.stop()
})

const storage = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }

async function createClaim(name: string): Promise<void> {
  const body = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: storage,
  }
  expect(await client.send('POST', claims, body)).toMatchObject({
    status: 201,
    body: { metadata: { finalizers: ['kubernetes.io/pvc-protection'] } },
  })
}

/** Deletes an object and waits until it is gone. */
async function deleted(path: string, name: string, meanwhile?: () => Promise<void>): Promise<void> {
  const watch = await client.watch(`${path}?watch=1&fieldSelector=metadata.name%3D${name}`)
  try {
    await client.send('DELETE', `${path}/${name}`)
    await meanwhile?.()
    while ((await watch.next()).type !== 'DELETED');
  } finally {
    watch.close()
  }
}

it('a claim and a volume that nothing uses go when they are deleted', async () => {
  await createClaim('unused')
  await deleted(claims, 'unused')
  const spec = {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: '/v' },
  }
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec }
  expect(await client.send('POST', volumes, volume)).toMatchObject({ status: 201 })
  await deleted(volumes, 'v')
})

it('a claim goes after the Pod that uses it', async () => {
  await createClaim('used')
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'user' },
    spec: {
      nodeName: 'n',
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'c', image: 'i' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'used' } }],
    },
  }
  expect(await client.send('POST', `${inDefault}/pods`, pod)).toMatchObject({ status: 201 })
  await deleted(claims, 'used', async () => {
    const { body } = await client.send('GET', `${claims}/used`)
    expect(body).toMatchObject({ metadata: { finalizers: ['kubernetes.io/pvc-protection'] } })
    await client.send('DELETE', `${inDefault}/pods/user?gracePeriodSeconds=0`)
  })
})
