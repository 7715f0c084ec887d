import { isBeingDeleted, operator, type Manager } from '@fairlead/controller-runtime'
import { ConfigMap, Secret, Service, StatefulSet } from '@fairlead/kube-types'
import { isNotFound } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Database } from './declared-operators/database.ts'
import { key, OperatorLaboratory } from './declared-operators/running-operator.ts'
import { waitFor } from './support/wait-for.ts'

let laboratory: OperatorLaboratory

beforeEach(async () => {
  laboratory = await OperatorLaboratory.open()
})

afterEach(async () => {
  await laboratory[Symbol.asyncDispose]()
})

const labels = { app: 'a' }

function podsOf(replicas: number) {
  return {
    replicas,
    serviceName: 'a-service',
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: 'db',
            image: 'registry.example/db:1',
            // The server writes both in another way.
            resources: { requests: { cpu: '1000m', memory: '0.5Gi' } },
            env: [{ name: 'EMPTY', value: '' }],
          },
        ],
      },
    },
  }
}

function setup(manager: Manager) {
  return operator(manager)
    .for(Database)
    .child(Secret, ({ spec }) => ({ stringData: { password: spec.password ?? 'none' } }), {
      name: 'credentials',
    })
    .child(Service, () => ({ spec: { selector: labels, ports: [{ port: 5432 }] } }))
    .child(StatefulSet, ({ spec }) => ({ spec: podsOf(spec.replicas) }), { after: ['credentials'] })
    .children(ConfigMap, ({ spec }) =>
      Object.fromEntries((spec.shards ?? []).map((shard) => [shard, { data: { shard } }])),
    )
    .status((_database, { children }) => ({
      readyReplicas: children.statefulset.object?.status?.readyReplicas ?? 0,
    }))
    .build()
}

const child = (name: string) => ({ namespace: 'default', name })

describe('a declared operator', () => {
  it('makes the children, waits until they are ready, tells so, and then sends nothing', async () => {
    const running = laboratory.run(setup)
    await laboratory.create({ replicas: 2, shards: ['x', 'y'] })
    await laboratory.condition('Ready', 'True')
    const { client } = laboratory
    const set = await client.get(StatefulSet, child('a-statefulset'))
    expect(set.metadata.ownerReferences).toMatchObject([
      { kind: 'Database', name: 'a', controller: true, blockOwnerDeletion: true },
    ])
    expect(set.metadata.labels).toEqual({ 'operator.fairlead.dev/child': 'database.statefulset' })
    const secret = await client.get(Secret, child('a-credentials'))
    expect(secret.data).toEqual({ password: Buffer.from('none').toString('base64') })
    const database = await client.get(Database, key)
    expect(database.status).toMatchObject({ observedGeneration: 1, readyReplicas: 2 })
    expect(database.status?.conditions?.map(({ type, status }) => [type, status])).toEqual([
      ['Ready', 'True'],
      ['Progressing', 'False'],
      ['Degraded', 'False'],
    ])
    await running.settled()
    expect(running.applied).toBe(5)
    const before = await running.requests()
    // Every reconcile that this causes finds everything as desired.
    const touch = {
      type: 'merge',
      body: { metadata: { annotations: { touched: 'yes' } } },
    } as const
    await client.patch(Database, key, touch)
    await client.patch(StatefulSet, child('a-statefulset'), touch)
    await running.settled()
    expect(await running.requests()).toBe(before)
  })

  it('sends nothing after a restart either', async () => {
    const first = laboratory.run(setup)
    await laboratory.create({ replicas: 1, shards: ['x'] })
    await laboratory.condition('Ready', 'True')
    await first.settled()
    await first.stop()
    const second = laboratory.run(setup)
    await waitFor('the first reconcile', () =>
      second.logger.lines.some(({ message }) => message === 'reconciling'),
    )
    await second.settled()
    expect(await second.requests()).toBe(0)
  })

  it('changes what changes, and deletes what is no longer desired', async () => {
    const running = laboratory.run(setup)
    await laboratory.create({ replicas: 1, shards: ['x', 'y'] })
    await laboratory.condition('Ready', 'True')
    await running.settled()
    const before = running.writes
    await laboratory.patch({ replicas: 3, shards: ['y', 'z'] })
    const { client } = laboratory
    await waitFor('three replicas', async () => {
      const { status } = await client.get(Database, key)
      return status?.readyReplicas === 3
    })
    await running.settled()
    const names = (await client.list(ConfigMap, { namespace: 'default' })).items
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith('a-'))
    expect(names).toEqual(['a-configmap-y', 'a-configmap-z'])
    // The StatefulSet and z are applied, x is deleted.
    expect(running.writes - before).toBe(3)
  })

  it('repairs what others change, and leaves alone what it does not own', async () => {
    const running = laboratory.run(setup)
    await laboratory.create({ replicas: 1 })
    await laboratory.condition('Ready', 'True')
    await running.settled()
    const { client } = laboratory
    const body = { metadata: { labels: { team: 'blue' } }, spec: { replicas: 5 } }
    await client.patch(StatefulSet, child('a-statefulset'), { type: 'merge', body })
    await waitFor('the repair', async () => {
      const set = await client.get(StatefulSet, child('a-statefulset'))
      return set.spec.replicas === 1
    })
    const set = await client.get(StatefulSet, child('a-statefulset'))
    expect(set.metadata.labels?.['team']).toBe('blue')
    await client.delete(Service, child('a-service'))
    await waitFor('the service', () => client.get(Service, child('a-service')))
    const secret = { type: 'merge', body: { data: { password: 'eA==', more: 'eA==' } } } as const
    await client.patch(Secret, child('a-credentials'), secret)
    await waitFor('the secret', async () => {
      const { data } = await client.get(Secret, child('a-credentials'))
      return data?.['password'] !== 'eA==' && data?.['more'] === 'eA=='
    })
    await running.settled()
    expect(running.logger.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('removes a field that is no longer declared, also after the program was replaced', async () => {
    const declared = (data: Record<string, string>) => (manager: Manager) =>
      void operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data }))
        .build()
    const first = laboratory.run(declared({ old: '1', kept: '1' }))
    await laboratory.create({ replicas: 0 })
    await laboratory.condition('Ready', 'True')
    await first.stop()
    laboratory.run(declared({ kept: '1' }))
    await waitFor('the field to go', async () => {
      const { data } = await laboratory.client.get(ConfigMap, child('a-configmap'))
      return data?.['old'] === undefined && data?.['kept'] === '1'
    })
  })

  it('does not touch an object of that name that it has not made, and says so', async () => {
    const { client } = laboratory
    const metadata = child('a-configmap')
    await client.create(ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { a: '1' },
    })
    const declared = (manager: Manager) =>
      operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data: { a: '2' } }))
        .build()
    laboratory.run((manager) => void declared(manager))
    await laboratory.create({ replicas: 0 })
    const { reason, message } = await laboratory.condition('Degraded', 'True')
    expect(reason).toBe('ChildrenFailed')
    expect(message).toMatch(/ConfigMap default\/a-configmap already exists and is nobody's/)
    expect((await client.get(ConfigMap, metadata)).data).toEqual({ a: '1' })
  })

  it('tells what the server refuses for good, and does not try again', async () => {
    const running = laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(Service, () => ({ spec: { ports: [{ port: 99_999 }] } }))
        .build()
    })
    await laboratory.create({ replicas: 0 })
    const { message } = await laboratory.condition('Degraded', 'True')
    expect(message).toContain('spec.ports[0].port')
    await running.settled()
    const errors = running.logger.lines.filter(({ level }) => level === 'error')
    expect(errors.map(({ message: text }) => text)).toEqual(['reconcile failed and is not retried'])
  })

  it('does not fall into a loop with what it makes differently at every call', async () => {
    let count = 0
    const running = laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data: { random: String((count += 1)) } }))
        .build()
    })
    await laboratory.create({ replicas: 0 })
    await laboratory.condition('Progressing', 'True')
    await running.settled()
    expect(running.applied).toBeLessThanOrEqual(12)
  })
})

describe('finalizers', () => {
  it('tell by the status that the object is on its way out', async () => {
    let isDone = false
    laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .finalizer('example.com/slow', () => (isDone ? undefined : { requeueAfterMs: 5 }))
        .status((database) => ({ readyReplicas: isBeingDeleted(database) ? 99 : 1 }))
        .build()
    })
    await laboratory.create({ replicas: 0 })
    await laboratory.condition('Ready', 'True')
    const { client } = laboratory
    await client.delete(Database, key)
    await waitFor('the status', async () => {
      const { status } = await client.get(Database, key)
      return status?.readyReplicas === 99
    })
    isDone = true
    await waitFor('the end', async () => {
      const { items } = await client.list(Database, { namespace: 'default' })
      return items.length === 0
    })
  })

  it('are there before any child, run last first, and again when they fail', async () => {
    const steps: string[] = []
    let failures = 0
    const isStuck = { current: true }
    laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .finalizer('example.com/first', () => void steps.push('first'))
        .finalizer('example.com/second', () => {
          if (isStuck.current) throw new Error('the backup store is away')
          failures += 1
          if (failures === 1) return { requeueAfterMs: 5 }
          steps.push('second')
          return undefined
        })
        .child(ConfigMap, async ({ metadata }) => {
          steps.push(`child under ${metadata.finalizers?.join()}`)
          return { data: { a: '1' } }
        })
        .build()
    })
    await laboratory.create({ replicas: 0 })
    await laboratory.condition('Ready', 'True')
    expect(new Set(steps)).toEqual(new Set(['child under example.com/first,example.com/second']))
    steps.length = 0
    await laboratory.client.delete(Database, key)
    const { message } = await laboratory.condition('Degraded', 'True')
    expect(message).toBe('the finalizer example.com/second: the backup store is away')
    expect(steps).toEqual([])
    isStuck.current = false
    await waitFor('the end', () => gone(() => laboratory.client.get(Database, key)))
    expect(steps).toEqual(['second', 'first'])
    expect(failures).toBe(2)
    await waitFor('the garbage collector', () =>
      gone(() => laboratory.client.get(ConfigMap, child('a-configmap'))),
    )
  })

  it('keep the owner until its children have gone, the last declared first', async () => {
    const { client } = laboratory
    laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ metadata: { finalizers: ['example.com/x'] } }), {
          name: 'lower',
        })
        .child(ConfigMap, () => ({ metadata: { finalizers: ['example.com/x'] } }), {
          name: 'upper',
        })
        .build({ orderedDeletion: true })
    })
    await laboratory.create({ replicas: 0 })
    await laboratory.condition('Ready', 'True')
    await client.delete(Database, key)
    const isDeleted = async (name: string) =>
      (await client.get(ConfigMap, child(name))).metadata.deletionTimestamp !== undefined
    await waitFor('the upper to be deleted', () => isDeleted('a-upper'))
    expect(await isDeleted('a-lower')).toBe(false)
    const release = { type: 'merge', body: { metadata: { finalizers: null } } } as const
    await client.patch(ConfigMap, child('a-upper'), release)
    await waitFor('the lower to be deleted', () => isDeleted('a-lower'))
    expect((await client.get(Database, key)).metadata.name).toBe('a')
    await client.patch(ConfigMap, child('a-lower'), release)
    await waitFor('the end', () => gone(() => client.get(Database, key)))
  })
})

async function gone(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read()
    return false
  } catch (error) {
    return isNotFound(error)
  }
}
