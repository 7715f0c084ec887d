import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import {
  ClusterNotFoundError,
  ControllerBuilder,
  loadKubeConfig,
  Manager,
} from '@fairlead/controller-runtime'
import { ConfigMap, Secret } from '@fairlead/kube-types'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { waitFor } from './support/wait-for.ts'

let hub: TestEnvironment
let west: TestEnvironment
let manager: Manager
let stop: AbortController
let running: Promise<void>

/** A Secret of the hub is copied to every cluster that is there, and to those that come. */
beforeEach(async () => {
  hub = await TestEnvironment.start()
  west = await TestEnvironment.start()
  manager = new Manager({ config: configOf(hub), logger: silentLogger })
  new ControllerBuilder(manager)
    .for(ConfigMap, { cluster: (name) => name !== '' })
    .build(async ({ cluster, ...key }, { signal }) => {
      const { cache, client } = manager.getCluster(cluster)
      const source = cache.get(ConfigMap, key)
      if (source?.data?.['wanted'] !== 'secret') return
      await client.apply(
        Secret,
        { apiVersion: 'v1', kind: 'Secret', metadata: key, stringData: { from: cluster ?? '' } },
        { fieldManager: 'test', signal },
      )
    })
  stop = new AbortController()
  running = manager.start(stop.signal)
})

afterEach(async () => {
  stop.abort()
  await running
  await west.stop()
  await hub.stop()
})

const configOf = (environment: TestEnvironment) =>
  loadKubeConfig({ text: environment.kubeconfig() })

const wanted = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name },
  data: { wanted: 'secret' },
})

it('a controller works in a cluster that is added, and leaves one that is removed', async () => {
  await hub.install(wanted('here'))
  await west.install(wanted('there'))
  const cluster = manager.addCluster('west', { config: configOf(west), required: false })
  const secrets = async () =>
    (await cluster.client.list(Secret, { namespace: 'default' })).items.map(
      ({ metadata }) => metadata.name,
    )
  await waitFor('the first Secret', async () => (await secrets()).includes('there'))
  await west.install(wanted('later'))
  await waitFor('the second Secret', async () => (await secrets()).includes('later'))
  expect((await manager.client.list(Secret, { namespace: 'default' })).items).toEqual([])

  await manager.removeCluster('west')
  expect(() => manager.getCluster('west')).toThrow(ClusterNotFoundError)
  const again = manager.addCluster('west-again', { config: configOf(west), required: false })
  await west.install(wanted('last'))
  await waitFor('the Secret of the name that is new', async () => {
    const { items } = await again.client.list(Secret, { namespace: 'default' })
    return items.some(({ metadata, data }) => {
      const from = Buffer.from(data?.['from'] ?? '', 'base64').toString()
      return metadata.name === 'last' && from === 'west-again'
    })
  })
})

it('a cluster that cannot be reached keeps the others from nothing', async () => {
  await west.install(wanted('there'))
  const config = configOf(west)
  const away = { ...config, server: 'https://127.0.0.1:1' }
  manager.addCluster('east', { config: away, required: false })
  const cluster = manager.addCluster('west', { config, required: false })
  await waitFor('the Secret', async () => {
    const { items } = await cluster.client.list(Secret, { namespace: 'default' })
    return items.some(({ metadata }) => metadata.name === 'there')
  })
})
