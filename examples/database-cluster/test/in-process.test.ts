import { TestEnvironment } from '@fairlead/apiserver/testing'
import {
  type Client,
  conversionDefinitions,
  createClient,
  loadKubeConfig,
  Manager,
  webhookConfigurations,
} from '@fairlead/controller-runtime'
import { RecordingLogger } from '@fairlead/controller-runtime/testing'
import type { KubernetesObject } from '@fairlead/kube-core'
import { Event, Job, Secret, StatefulSet } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { waitFor } from '../../../test/support/wait-for.ts'
import { DatabaseCluster } from '../src/api/database-clusters.ts'
import { setup } from '../src/operator.ts'

const key = { namespace: 'default', name: 'orders' }

let client: Client
let manager: Manager
let logger: RecordingLogger
let undo: AsyncDisposableStack

beforeEach(async () => {
  undo = new AsyncDisposableStack()
  const environment = undo.use(
    await TestEnvironment.start({ stages: true, namespaceObjects: true }),
  )
  const config = loadKubeConfig({ text: environment.kubeconfig() })
  logger = new RecordingLogger()
  manager = new Manager({ config, logger, webhookServer: false })
  setup(manager)
  environment.answerWebhooks((path, review) => manager.webhooks.review(path, review))
  const { mutating, validating } = webhookConfigurations(manager.webhooks.registered)
  await environment.install(
    ...conversionDefinitions(manager.webhooks.registered),
    ...([mutating, validating] as unknown as KubernetesObject[]),
  )
  const direct = createClient(config, { logger })
  undo.defer(() => direct.close())
  client = direct
  const stop = new AbortController()
  const running = manager.start(stop.signal)
  undo.defer(async () => {
    stop.abort()
    await running
  })
})

afterEach(() => undo.disposeAsync())

const clusterOf = (spec: Partial<DatabaseCluster['spec']>): DatabaseCluster =>
  ({
    apiVersion: 'databases.example.com/v1beta1',
    kind: 'DatabaseCluster',
    metadata: key,
    spec,
  }) as DatabaseCluster

const isRunning = () =>
  waitFor('the cluster to run', async () => {
    const cluster = await client.get(DatabaseCluster, key)
    return cluster.status?.phase === 'Running' && cluster
  })

/** The requests of the operator that write. */
async function writes(): Promise<number> {
  const metric = await manager.metrics.registry.getSingleMetric('rest_client_requests_total')?.get()
  return (metric?.values ?? [])
    .filter(({ labels }) => labels['method'] !== 'GET')
    .reduce((sum, { value }) => sum + value, 0)
}

describe('a cluster', () => {
  test('comes to run, and says where', async () => {
    await client.create(DatabaseCluster, clusterOf({ replicas: 2 }))
    const { status } = await isRunning()
    expect(status).toMatchObject({
      replicas: 2,
      readyReplicas: 2,
      endpoint: 'orders.default.svc:5432',
    })
    const set = await client.get(StatefulSet, { ...key, name: 'orders-database' })
    expect(set.spec.template.spec?.containers[0]?.image).toBe('postgres:17')
    await waitFor('the event', async () => {
      const { items } = await client.list(Event, { namespace: 'default' })
      return items.some(
        ({ reason, note }) => reason === 'Running' && note === '2 replicas are ready',
      )
    })
  })

  test('has a password that is made once, stays as it is, and is never told', async () => {
    const secret = { ...key, name: 'orders-credentials' }
    const password = async () => (await client.get(Secret, secret)).data?.['password'] ?? ''
    await client.create(DatabaseCluster, clusterOf({ replicas: 1 }))
    await isRunning()
    const first = await password()
    expect(Buffer.from(first, 'base64').toString()).toMatch(/^[\w-]{32}$/)
    const body = { spec: { version: '18' } }
    await client.patch(DatabaseCluster, key, { type: 'merge', body })
    await waitFor('the new version', async () => {
      const set = await client.get(StatefulSet, { ...key, name: 'orders-database' })
      return set.spec.template.spec?.containers[0]?.image === 'postgres:18'
    })
    expect(await password()).toBe(first)
    const told = JSON.stringify([logger.lines, (await client.list(Event)).items])
    expect(told).not.toContain(first)
    expect(told).not.toContain(Buffer.from(first, 'base64').toString())
  })

  test('is repaired, and then left alone', async () => {
    await client.create(DatabaseCluster, clusterOf({ replicas: 1 }))
    await isRunning()
    const set = { ...key, name: 'orders-database' }
    await client.patch(StatefulSet, set, { type: 'merge', body: { spec: { replicas: 5 } } })
    await client.delete(Secret, { ...key, name: 'orders-credentials' })
    await waitFor('the repair', async () => {
      await client.get(Secret, { ...key, name: 'orders-credentials' })
      return (await client.get(StatefulSet, set)).spec.replicas === 1
    })
    await isRunning()
    const settled = await waitFor('quiet', async () => {
      const before = await writes()
      await touch()
      return before === (await writes()) && before
    })
    for (let turn = 0; turn < 5; turn += 1) await touch()
    expect(await writes()).toBe(settled)
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([])

    /** Has the operator reconcile, and waits until it has. */
    async function touch() {
      const reconciles = () =>
        logger.lines.filter(({ message }) => message === 'reconciling').length
      const before = reconciles()
      const body = { metadata: { annotations: { touched: String(before) } } }
      await client.patch(StatefulSet, set, { type: 'merge', body })
      await waitFor('a reconcile', () => reconciles() > before)
    }
  })

  test('that was never made goes without a backup', async () => {
    const secret = { ...key, name: 'orders-credentials' }
    const foreign = { apiVersion: 'v1', kind: 'Secret', metadata: secret } as const
    await client.create(Secret, foreign)
    await client.create(DatabaseCluster, clusterOf({ replicas: 1 }))
    await waitFor('the failure', async () => {
      const { status } = await client.get(DatabaseCluster, key)
      return status?.phase === 'Failed'
    })
    await client.delete(DatabaseCluster, key)
    await waitFor('the end', async () => {
      const { items } = await client.list(DatabaseCluster, { namespace: 'default' })
      return items.length === 0
    })
    expect((await client.list(Job, { namespace: 'default' })).items).toEqual([])
  })
})
