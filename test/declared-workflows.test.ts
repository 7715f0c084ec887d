import { ChannelSource, operator, type Manager } from '@fairlead/controller-runtime'
import { ClusterRole, ClusterRoleBinding, ConfigMap, Event, Secret } from '@fairlead/kube-types'
import { isNotFound, type ResourceType, type TypedObject } from '@fairlead/kube-core'
import type { Fault } from '@fairlead/apiserver/testing'
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

const child = (name: string) => ({ namespace: 'default', name })

async function exists(name: string): Promise<boolean> {
  return laboratory.client.get(ConfigMap, child(name)).then(
    () => true,
    (error: unknown) => {
      if (isNotFound(error)) return false
      throw error
    },
  )
}

const label = (name: string, labels: Record<string, string | null>) =>
  laboratory.client.patch(ConfigMap, child(name), { type: 'merge', body: { metadata: { labels } } })

const data = { a: '1' }

describe('the order of children', () => {
  it('is that those after another wait until it is ready, and are left alone when it is not any more', async () => {
    let size = '1'
    const running = laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data }), {
          name: 'gate',
          ready: ({ metadata }) => metadata.labels?.['open'] === 'yes',
        })
        .child(ConfigMap, () => ({ data: { size } }), { name: 'later', after: ['gate'] })
        .child(ConfigMap, () => ({ data }), { name: 'free' })
        .build()
    })
    await laboratory.create({ replicas: 0 })
    const { message } = await laboratory.condition('Progressing', 'True')
    expect(message).toBe('ConfigMap default/a-gate: it is not ready yet; later waits for gate')
    await waitFor('the free one', () => exists('a-free'))
    expect(await exists('a-later')).toBe(false)
    await label('a-gate', { open: 'yes' })
    await laboratory.condition('Ready', 'True')
    expect(await exists('a-later')).toBe(true)
    await label('a-gate', { open: null })
    await laboratory.condition('Ready', 'False')
    size = '2'
    await laboratory.patch({ replicas: 1 })
    await running.settled()
    const later = await laboratory.client.get(ConfigMap, child('a-later'))
    expect(later.data).toEqual({ size: '1' })
  })

  it('lets others go ahead of one that fails, and holds up those after it', async () => {
    const running = laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data: { 'not a key': '' } }), { name: 'broken' })
        .child(ConfigMap, () => ({ data }), { name: 'later', after: ['broken'] })
        .child(ConfigMap, () => ({ data }), { name: 'free' })
        .build()
    })
    await laboratory.create({ replicas: 0 })
    const { reason, message } = await laboratory.condition('Degraded', 'True')
    expect(reason).toBe('ChildrenFailed')
    expect(message).toContain('ConfigMap default/a-broken: ')
    await running.settled()
    expect([await exists('a-later'), await exists('a-free')]).toEqual([false, true])
  })

  it('does not wait for what is not wanted, and removes it', async () => {
    laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data }), {
          name: 'optional',
          when: ({ spec }) => spec.replicas > 0,
        })
        .child(ConfigMap, () => ({ data }), { name: 'later', after: ['optional'] })
        .build()
    })
    await laboratory.create({ replicas: 1 })
    await laboratory.condition('Ready', 'True')
    expect(await exists('a-optional')).toBe(true)
    await laboratory.patch({ replicas: 0 })
    await waitFor('the optional to go', async () => !(await exists('a-optional')))
    await laboratory.condition('Ready', 'True')
    expect(await exists('a-later')).toBe(true)
  })

  it('gives a child what is known of those before it', async () => {
    laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(Secret, () => ({ stringData: { password: 'x' } }))
        .child(
          ConfigMap,
          (_database, { children }) => ({
            data: { version: String(children.secret.object?.metadata.uid) },
          }),
          { after: ['secret'] },
        )
        .build()
    })
    await laboratory.create({ replicas: 1 })
    await laboratory.condition('Ready', 'True')
    const secret = await laboratory.client.get(Secret, child('a-secret'))
    const config = await laboratory.client.get(ConfigMap, child('a-configmap'))
    expect(config.data).toEqual({ version: secret.metadata.uid })
  })
})

describe('what others own', () => {
  it('is not taken from them with force: false, and the conflict is told', async () => {
    const { client } = laboratory
    const declared = (value: string) => (manager: Manager) =>
      void operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data: { value } }), { force: false })
        .build()
    const first = laboratory.run(declared('ours'))
    await laboratory.create({ replicas: 0 })
    await laboratory.condition('Ready', 'True')
    await first.stop()
    const theirs = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: child('a-configmap'),
      data: { value: 'theirs' },
    } as const
    await client.apply(ConfigMap, theirs, { fieldManager: 'somebody', force: true })
    laboratory.run(declared('ours'))
    const { message } = await laboratory.condition('Degraded', 'True')
    expect(message).toMatch(/conflict.*somebody/s)
    expect((await client.get(ConfigMap, child('a-configmap'))).data).toEqual({ value: 'theirs' })
  })

  it('is adopted where that is allowed', async () => {
    const { client } = laboratory
    const metadata = child('a-configmap')
    await client.create(ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { b: '2' },
    })
    laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data }), { adopt: true })
        .build()
    })
    await laboratory.create({ replicas: 0 })
    await laboratory.condition('Ready', 'True')
    const adopted = await client.get(ConfigMap, metadata)
    expect(adopted.data).toEqual({ a: '1', b: '2' })
    expect(adopted.metadata.ownerReferences).toMatchObject([{ name: 'a', controller: true }])
  })

  it('and makes like ours is never deleted', async () => {
    const { client } = laboratory
    const running = laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .children(ConfigMap, ({ spec }) =>
          Object.fromEntries((spec.shards ?? []).map((shard) => [shard, { data }])),
        )
        .build()
    })
    await laboratory.create({ replicas: 0, shards: ['x'] })
    await laboratory.condition('Ready', 'True')
    const ours = await client.get(ConfigMap, child('a-configmap-x'))
    const { labels, ownerReferences } = ours.metadata
    const make = (name: string, metadata: object) =>
      client.create(ConfigMap, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...child(name), ...metadata },
      })
    // The labels without the owner, the owner without the labels, an owner that does not control.
    await make('a-configmap-labels', { labels })
    await make('a-configmap-owner', { ownerReferences })
    const [reference] = ownerReferences ?? []
    await make('a-configmap-plain', {
      labels,
      ownerReferences: [{ ...reference, controller: false }],
    })
    await laboratory.patch({ shards: [] })
    await waitFor('ours to go', async () => !(await exists('a-configmap-x')))
    await running.settled()
    for (const name of ['labels', 'owner', 'plain']) {
      expect(await exists(`a-configmap-${name}`)).toBe(true)
    }
  })
})

describe('a program that was replaced', () => {
  it('deletes what it declared under another name', async () => {
    const declared = (name: string) => (manager: Manager) =>
      void operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data }), { name })
        .build()
    const first = laboratory.run(declared('before'))
    await laboratory.create({ replicas: 0 })
    await laboratory.condition('Ready', 'True')
    await first.stop()
    laboratory.run(declared('now'))
    await waitFor('the old one to go', async () => !(await exists('a-before')))
    expect(await exists('a-now')).toBe(true)
  })

  it('leaves alone what another operator for the same objects has made', async () => {
    const declared = (name: string) => (manager: Manager) =>
      void operator(manager)
        .for(Database)
        .named(name)
        .child(ConfigMap, () => ({ data }), { name })
        .status(() => ({}))
        .build()
    const running = laboratory.run((manager) => {
      declared('one')(manager)
      declared('other')(manager)
    })
    await laboratory.create({ replicas: 0 })
    await waitFor('both', async () => (await exists('a-one')) && (await exists('a-other')))
    await running.settled()
    expect([await exists('a-one'), await exists('a-other')]).toEqual([true, true])
    expect(running.errors).toEqual([])
  })
})

describe('what is not declared', () => {
  it('is done by a function, after the children, and again when it wants', async () => {
    const seen: string[] = []
    const source = new ChannelSource('outside')
    laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data }))
        .watches(Secret, ({ metadata }) =>
          metadata.labels?.['for'] === undefined
            ? []
            : [{ namespace: metadata.namespace, name: metadata.labels['for'] }],
        )
        .watchesRaw(source)
        .reconcile((_database, { children, event }) => {
          seen.push(children.configmap.state)
          event({ type: 'Normal', reason: 'Called', note: 'the function was called' })
          return seen.length < 3 ? { requeueAfterMs: 1 } : undefined
        })
        .build()
    })
    await laboratory.create({ replicas: 0 })
    await waitFor('three calls', () => seen.length >= 3)
    expect(new Set(seen)).toEqual(new Set(['ready']))
    const count = seen.length
    const secret = { namespace: 'default', name: 's', labels: { for: 'a' } }
    await laboratory.client.create(Secret, { apiVersion: 'v1', kind: 'Secret', metadata: secret })
    await waitFor('the call for the Secret', () => seen.length > count)
    const before = seen.length
    source.send(key)
    await waitFor('the call from outside', () => seen.length > before)
    await waitFor('the event', async () => {
      const { items } = await laboratory.client.list(Event, { namespace: 'default' })
      return items.find(({ reason, regarding }) => reason === 'Called' && regarding?.name === 'a')
    })
  })

  it('tells what it throws, with backoff, and the rest is done', async () => {
    let calls = 0
    laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data }))
        .reconcile(() => {
          calls += 1
          if (calls < 4) throw new Error('the database does not answer')
        })
        .status(() => ({
          conditions: [{ type: 'Checked', status: 'True', reason: 'Asked', message: '' }],
        }))
        .build()
    })
    await laboratory.create({ replicas: 0 })
    await waitFor('the retries', () => calls >= 4)
    await laboratory.condition('Ready', 'True')
    const { status } = await laboratory.client.get(Database, key)
    expect(status?.conditions?.map(({ type }) => type)).toEqual([
      'Ready',
      'Progressing',
      'Degraded',
      'Checked',
    ])
  })

  it('is done again in an interval', async () => {
    let calls = 0
    laboratory.run((manager) => {
      operator(manager)
        .for(Database)
        .reconcile(() => void (calls += 1))
        .every(5)
        .build()
    })
    await laboratory.create({ replicas: 0 })
    await waitFor('many calls', () => calls > 10)
  })
})

describe('bad days', () => {
  const sharded = (manager: Manager) =>
    void operator(manager)
      .for(Database)
      .children(ConfigMap, ({ spec }) =>
        Object.fromEntries((spec.shards ?? []).map((shard) => [shard, { data: { shard } }])),
      )
      .build({ orderedDeletion: true })

  it('of the server leave nothing undone', async () => {
    const { client, environment } = laboratory
    const faults: Fault[] = [
      { type: 'drop' },
      { type: 'drop', handled: true },
      { type: 'status', code: 500 },
      { type: 'status', code: 409 },
    ]
    const hit = [
      { verbs: ['patch'], resource: 'configmaps' },
      { verbs: ['delete'], resource: 'configmaps' },
      { verbs: ['patch'], resource: 'databases.databases.example.com', subresource: '' },
    ]
    for (const match of hit) {
      for (const fault of [...faults, ...faults]) {
        environment.faults.inject({ ...match, fault, times: 1 })
      }
    }
    const running = laboratory.run(sharded)
    await laboratory.create({ replicas: 0, shards: ['u', 'v', 'w'] })
    await laboratory.condition('Ready', 'True')
    await waitFor('the change', () => laboratory.patch({ shards: ['v'] }).then(() => true))
    await waitFor('the others to go', async () => !(await exists('a-configmap-w')))
    await laboratory.condition('Ready', 'True')
    expect([await exists('a-configmap-u'), await exists('a-configmap-v')]).toEqual([false, true])
    await running.settled()
    await client.delete(Database, key)
    await waitFor('the end', () => gone(Database))
    expect(await exists('a-configmap-v')).toBe(false)
  })

  it('end in the middle, and the next process goes on from there', async () => {
    const { faults } = laboratory.environment
    const name = 'a-configmap-v'
    const stuck = faults.inject({ verbs: ['patch'], name, fault: { type: 'hang' }, times: 1 })
    const first = laboratory.run(sharded)
    await laboratory.create({ replicas: 0, shards: ['u', 'v', 'w'] })
    await waitFor('the request that hangs', () => stuck.hits === 1)
    await first.stop()
    expect([await exists('a-configmap-u'), await exists(name)]).toEqual([true, false])
    const second = laboratory.run(sharded)
    await laboratory.condition('Ready', 'True')
    expect([first.applied, second.applied]).toEqual([1, 2])
    expect(await exists('a-configmap-w')).toBe(true)
  })

  it('pass a leader’s work on to the next replica, which finds nothing to do', async () => {
    const declared = (manager: Manager) =>
      void operator(manager)
        .for(Database)
        .child(ConfigMap, () => ({ data }))
        .build()
    const timing = { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 100 }
    const leaderElection = { name: 'databases', namespace: 'default', ...timing }
    const first = laboratory.run(declared, { manager: { leaderElection } })
    await waitFor('the first to lead', () => first.manager.elected)
    const second = laboratory.run(declared, { manager: { leaderElection } })
    await laboratory.create({ replicas: 0 })
    await laboratory.condition('Ready', 'True')
    await first.stop()
    await waitFor('the second to lead', () => second.manager.elected)
    await waitFor('its first reconcile', () =>
      second.logger.lines.some(({ message }) => message === 'reconciling'),
    )
    await laboratory.client.delete(ConfigMap, child('a-configmap'))
    await waitFor('its work', () => exists('a-configmap'))
    expect([first.applied, second.applied]).toEqual([1, 1])
  })
})

describe('the rules of an operator', () => {
  it('suffice for all that it does', async () => {
    const { client, environment } = laboratory
    const user = environment.addUser({ name: 'operator' })
    const running = laboratory.run(
      (manager) => {
        const { rules } = operator(manager)
          .for(Database)
          .finalizer('example.com/x', () => {})
          .children(ConfigMap, ({ spec }) =>
            Object.fromEntries((spec.shards ?? []).map((shard) => [shard, { data }])),
          )
          .build({ orderedDeletion: true })
        void allow(rules.map((rule) => structuredClone(rule)))
      },
      { kubeconfig: user.kubeconfig },
    )
    async function allow(rules: NonNullable<ClusterRole['rules']>): Promise<void> {
      const apiVersion = 'rbac.authorization.k8s.io/v1'
      const metadata = { name: 'operator' }
      await client.create(ClusterRole, { apiVersion, kind: 'ClusterRole', metadata, rules })
      await client.create(ClusterRoleBinding, {
        apiVersion,
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'operator' },
        subjects: [{ kind: 'User', name: 'operator' }],
      })
    }
    await laboratory.create({ replicas: 0, shards: ['x', 'y'] })
    await laboratory.condition('Ready', 'True')
    await laboratory.patch({ shards: ['y'] })
    await waitFor('x to go', async () => !(await exists('a-configmap-x')))
    await client.delete(Database, key)
    await waitFor('the end', () => gone(Database))
    await waitFor('the event', async () => {
      const { items } = await client.list(Event, { namespace: 'default' })
      return items.find(({ reason }) => reason === 'Created')
    })
    expect(running.errors.filter((message) => message.includes('reconcile failed'))).toEqual([])
  })
})

async function gone<T extends TypedObject>(type: ResourceType<T>): Promise<boolean> {
  return (await laboratory.client.list(type)).items.length === 0
}
