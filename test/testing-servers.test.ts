import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { controllerBuilder, type Manager, webhookBuilder } from '@fairlead/controller-runtime'
import { defineResource, invalidField, isForbidden, type JsonSchema } from '@fairlead/kube-core'
import { ConfigMap } from '@fairlead/kube-types'
import { settled, TestEnvironment } from '@fairlead/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { runCommand } from './support/command.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const spec: JsonSchema<{ size?: number }> = {
  type: 'object',
  properties: { size: { type: 'integer' } },
}
const Shelf = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Shelf',
  plural: 'shelves',
  description: 'A shelf.',
  spec,
})

function setup(manager: Manager): void {
  controllerBuilder(manager)
    .for(Shelf)
    .build(async (key, { signal }) => {
      const data = { size: String(manager.cache.get(Shelf, key)?.spec.size) }
      await manager.client.apply(
        ConfigMap,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...key }, data },
        { fieldManager: 'shelves', signal },
      )
    })
  webhookBuilder(manager)
    .for(Shelf)
    .defaults((shelf) => ({ ...shelf, spec: { size: 3, ...shelf.spec } }))
    .validates({
      create: ({ spec: { size = 0 } }) => ({
        errors: size < 9 ? [] : [invalidField('spec.size', size, 'must be below 9')],
      }),
    })
    .build()
}

const shelf = (name: string, size?: number) => ({
  apiVersion: 'example.com/v1',
  kind: 'Shelf',
  metadata: { namespace: 'default', name },
  spec: size === undefined ? {} : { size },
})

/** What the same test sees, whichever the API server. */
async function tryOperator(environment: TestEnvironment<'reader'>): Promise<void> {
  const { client, users } = environment
  const manager = await environment.manager(setup)
  await client.create(Shelf, shelf('a'))
  await settled(manager)
  const key = { namespace: 'default', name: 'a' }
  const map = await environment.waitFor(ConfigMap, key, ({ data }) => data?.['size'] === '3')
  expect(map.metadata.name).toBe('a')
  await expect(client.create(Shelf, shelf('b', 9))).rejects.toThrow('must be below 9')
  const { reader } = users
  expect((await reader.client.list(ConfigMap, { namespace: 'default' })).items).toHaveLength(1)
  const refused = await reader.client.get(ConfigMap, key).catch((error: unknown) => error)
  expect(isForbidden(refused)).toBe(true)
  expect(environment.kubeconfig()).toContain('kind: Config')
  await environment.remove(shelf('a'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: key })
  await environment.waitForDeletion(Shelf, key)
}

const users = {
  reader: { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }] },
}

describe('a test environment', () => {
  const folder = temporaryFolder()
  const assets = join(folder.path, 'assets')

  beforeAll(async () => {
    expect((await runCommand(['envtest', 'assets', assets])).code).toBe(0)
  })
  afterAll(() => folder[Symbol.dispose]())

  test('has an API server in the process by default', async () => {
    await using environment = await TestEnvironment.start({ crds: [Shelf], users, env: {} })
    await tryOperator(environment)
  })

  test('starts the programs of KUBEBUILDER_ASSETS', async () => {
    const env = { KUBEBUILDER_ASSETS: assets }
    await using environment = await TestEnvironment.start({ crds: [Shelf], users, env })
    await tryOperator(environment)
    expect(() => environment.faults).toThrow(
      'the API server of KUBEBUILDER_ASSETS is not in this process',
    )
  }, 60_000)

  test('uses an existing cluster, and leaves no webhooks and roles there', async () => {
    await using cluster = await TestEnvironment.start({ env: {} })
    const file = join(folder.path, 'kubeconfig')
    writeFileSync(file, cluster.kubeconfig())
    const env = { USE_EXISTING_CLUSTER: 'true', KUBEBUILDER_ASSETS: assets, KUBECONFIG: file }
    for (let time = 0; time < 2; time += 1) {
      await using environment = await TestEnvironment.start({ crds: [Shelf], users, env })
      await tryOperator(environment)
    }
    await cluster.client.create(Shelf, shelf('b', 9))
  }, 60_000)

  test('refuses what only an API server in the process can do', async () => {
    const env = { KUBEBUILDER_ASSETS: assets }
    await expect(TestEnvironment.start({ apiServer: { stages: true }, env })).rejects.toThrow(
      'the option apiServer is for an API server in this process',
    )
    const empty = { KUBEBUILDER_ASSETS: folder.path }
    await expect(TestEnvironment.start({ env: empty })).rejects.toThrow('where there is no etcd')
    await expect(TestEnvironment.start({ server: 'assets', env: {} })).rejects.toThrow(
      'in KUBEBUILDER_ASSETS',
    )
  })
})
