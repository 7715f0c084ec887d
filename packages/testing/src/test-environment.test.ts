import { controllerBuilder, objectMatches } from '@fairlead/controller-runtime'
import { isForbidden } from '@fairlead/kube-core'
import { ConfigMap } from '@fairlead/kube-types'
import { expect, test } from 'vitest'

import { settled } from './settled/settled.ts'
import { TestEnvironment } from './test-environment.ts'
import { Database, database, setup } from './test-support/databases.ts'

const env = {}
const orders = { namespace: 'default', name: 'orders' }

test('runs an operator with its webhooks, until everything is done', async () => {
  await using environment = await TestEnvironment.start({ crds: [Database], env })
  const manager = await environment.manager(setup)
  await environment.client.create(Database, database('orders'))
  await settled(manager)
  expect(await environment.client.get(Database, orders)).toMatchObject({
    spec: { replicas: 1 },
    status: { ready: true },
  })
  const { data } = await environment.client.get(ConfigMap, orders)
  expect(data).toEqual({ replicas: '1' })
  await expect(environment.client.create(Database, database('none', 0))).rejects.toThrow(
    'spec.replicas: Invalid value: 0: must be positive',
  )
})

test('has users who may do what their rules say', async () => {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]
  await using environment = await TestEnvironment.start({
    users: { alice: { rules }, bob: { groups: ['system:masters'] } },
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders' } }],
    env,
  })
  const { alice, bob } = environment.users
  expect((await alice.client.list(ConfigMap, { namespace: 'default' })).items).toHaveLength(1)
  const refused = await alice.client.get(ConfigMap, orders).catch((error: unknown) => error)
  expect(isForbidden(refused)).toBe(true)
  await bob.client.get(ConfigMap, orders)
})

test('runs a manager as one of its users', async () => {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }]
  await using environment = await TestEnvironment.start({ users: { operator: { rules } }, env })
  const failures: unknown[] = []
  const manager = await environment.manager(
    (one) =>
      controllerBuilder(one)
        .for(ConfigMap, {
          predicates: [objectMatches(({ metadata }) => metadata.name === 'orders')],
        })
        .build(async (key) => {
          await one.client.delete(ConfigMap, key).catch((error: unknown) => failures.push(error))
        }),
    { as: environment.users.operator },
  )
  await environment.install({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders' } })
  await settled(manager)
  expect(failures.map(isForbidden)).toEqual([true])
})

test('tells at its end that a manager has failed', async () => {
  const environment = await TestEnvironment.start({ env })
  const manager = await environment.manager(() => {})
  manager.add({ start: () => Promise.reject(new Error('out of order')) })
  await expect(environment.stop()).rejects.toThrow('out of order')
})

test('does not start a manager that cannot start', async () => {
  await using environment = await TestEnvironment.start({ env })
  environment.faults.inject({ user: 'admin', fault: { type: 'status', code: 403 } })
  await expect(
    environment.manager(
      (manager) => {
        manager.cache.informerFor(ConfigMap)
      },
      { cacheSyncTimeoutMs: 100 },
    ),
  ).rejects.toThrow('not synced: configmaps')
})

test('lets faults happen to the operator', async () => {
  await using environment = await TestEnvironment.start({ crds: [Database], env })
  const manager = await environment.manager(setup)
  const conflict = { type: 'status', code: 409 } as const
  using injected = environment.faults.inject({
    verbs: ['update'],
    resource: 'databases.databases.example.com',
    subresource: 'status',
    fault: conflict,
    times: 2,
  })
  await environment.client.create(Database, database('orders'))
  await settled(manager)
  expect(injected.hits).toBe(2)
  expect((await environment.client.get(Database, orders)).status).toEqual({ ready: true })
})
