// The cases of pkg/builder/controller_test.go ("Start with ControllerManagedBy", "Set custom
// predicates", "watching with projections") and of pkg/controller/controller_integration_test.go of
// kubernetes-sigs/controller-runtime, under their names there.
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import {
  ControllerBuilder,
  createClient,
  forObject,
  forOwner,
  loadKubeConfig,
  Manager,
  metadataOnly,
  type Client,
  type ManagerOptions,
  type Request,
} from '@fairlead/controller-runtime'
import type { TypedObject } from '@fairlead/kube-core'
import { Deployment, ReplicaSet, StatefulSet } from '@fairlead/kube-types'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { waitFor } from './support/wait-for.ts'

const namespace = 'default'
const labels = { foo: 'bar' }
const spec = {
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
}

let environment: TestEnvironment
let client: Client & { close(): Promise<void> }
let manager: Manager
let stop: AbortController
let running: Promise<void> | undefined
let reconciled: Request[]
let name: string
let tests = 0

beforeAll(async () => {
  environment = await TestEnvironment.start()
  client = createClient(loadKubeConfig({ text: environment.kubeconfig() }))
})
afterAll(async () => {
  await client.close()
  await environment.stop()
})

beforeEach(() => {
  tests += 1
  name = `deploy-name-${tests}`
  manager = newManager()
  stop = new AbortController()
  running = undefined
  reconciled = []
})
afterEach(async () => {
  stop.abort()
  await running
})

function newManager(options: Partial<ManagerOptions> = {}): Manager {
  const config = loadKubeConfig({ text: environment.kubeconfig() })
  return new Manager({ config, logger: silentLogger, ...options })
}

const note = async (request: Request): Promise<void> => {
  // The API server is shared by the tests.
  if (request.name === name) reconciled.push(request)
}
const builder = (): ControllerBuilder => new ControllerBuilder(manager)

/** Waits until it was reconciled so many times at least, and for nothing else. */
async function awaitReconciles(count: number): Promise<void> {
  await waitFor(`${count} reconciles of ${name}`, () => reconciled.length >= count)
  expect(new Set(reconciled.map(({ namespace: where, name: what }) => `${where}/${what}`))).toEqual(
    new Set([`${namespace}/${name}`]),
  )
}

async function createDeployment(): Promise<Deployment> {
  const metadata = { namespace, name }
  return client.create(Deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec })
}

async function createReplicaSet(owner: Deployment, controller = true): Promise<void> {
  const { uid = '' } = owner.metadata
  const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller }
  const metadata = { namespace, name: `rs-${name}`, labels, ownerReferences: [reference] }
  await client.create(ReplicaSet, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec })
}

/** What Go calls doReconcileTest: a Deployment is reconciled, and again because of its ReplicaSet. */
async function testReconciles(controllers = 1, isController = true): Promise<void> {
  running = manager.start(stop.signal)
  const deployment = await createDeployment()
  await awaitReconciles(controllers)
  const before = reconciled.length
  await createReplicaSet(deployment, isController)
  await awaitReconciles(before + 1)
}

describe('Start with ControllerManagedBy', () => {
  it('should Reconcile Owns objects', async () => {
    builder().for(Deployment).named('deployment-0').owns(ReplicaSet).build(note)
    await testReconciles()
  })

  it('should Reconcile Owns objects for every owner', async () => {
    const everyOwner = { everyOwner: true }
    builder().for(Deployment).named('deployment-1').owns(ReplicaSet, everyOwner).build(note)
    await testReconciles(1, false)
  })

  it('should Reconcile Watches objects', async () => {
    builder().for(Deployment).watches(ReplicaSet, forOwner(Deployment)).build(note)
    await testReconciles()
  })

  it('should Reconcile without For', async () => {
    builder()
      .named('Deployment')
      .named('deployment-2')
      .watches(Deployment, forObject())
      .watches(ReplicaSet, forOwner(Deployment))
      .build(note)
    await testReconciles()
  })
})

it('should execute registered predicates only for assigned kind', async () => {
  const seen = {
    deployments: new Set<string>(),
    replicaSets: new Set<string>(),
    all: new Set<string>(),
  }
  const noting = (add: (kind: string) => unknown) => ({
    create({ object }: { object: TypedObject }) {
      add(object.kind)
      return true
    },
  })
  builder()
    .for(Deployment, { predicates: [noting((kind) => seen.deployments.add(kind))] })
    .owns(ReplicaSet, { predicates: [noting((kind) => seen.replicaSets.add(kind))] })
    .withEventFilter(noting((kind) => seen.all.add(kind)))
    .build(note)
  await testReconciles()
  expect([...seen.deployments]).toEqual(['Deployment'])
  expect([...seen.replicaSets]).toEqual(['ReplicaSet'])
  expect([...seen.all]).toEqual(['Deployment', 'ReplicaSet'])
})

describe('watching with projections', () => {
  it('should support multiple controllers watching the same metadata kind', async () => {
    for (const named of ['deployment-4', 'deployment-5']) {
      builder().for(metadataOnly(Deployment)).named(named).build(note)
    }
    running = manager.start(stop.signal)
    await createDeployment()
    await awaitReconciles(2)
    expect(() => manager.cache.get(Deployment, { namespace, name })).toThrow()
  })

  it('should support watching For, Owns, and Watch as metadata', async () => {
    const mapped: object[] = []
    builder()
      .for(metadataOnly(Deployment))
      .owns(metadataOnly(ReplicaSet))
      .watches(metadataOnly(StatefulSet), (object) => {
        mapped.push(object)
        return []
      })
      .build(note)
    await testReconciles()
    const metadata = { namespace, name: 'test1', labels }
    await client.create(StatefulSet, {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec: { ...spec, serviceName: '' },
    })
    await waitFor('the map function', () => mapped.length > 0)
    expect(mapped[0]).toMatchObject({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata })
    expect(mapped[0]).not.toHaveProperty('spec')
  })
})

// controller-runtime pkg/controller/controller_integration_test.go: "should reconcile"
it.each([
  ['with controller warmup enabled', true],
  ['with controller warmup not enabled', false],
])('should reconcile %s', async (_, enableWarmup) => {
  const leaderElection = { namespace, name: `lease-${enableWarmup}` }
  if (enableWarmup) manager = newManager({ leaderElection })
  builder().for(Deployment).owns(ReplicaSet).withOptions({ enableWarmup }).build(note)
  // Go's cache says that it has not started; ours has no copy before somebody watches or declares one.
  expect(() => manager.cache.get(Deployment, { namespace, name })).toThrow('is not in the cache')
  expect(() => manager.cache.list(Deployment)).toThrow('is not in the cache')
  running = manager.start(stop.signal)

  const steps: (() => Promise<unknown>)[] = [
    createDeployment,
    async () => client.patch(Deployment, { namespace, name }, merging({ labels })),
    async () => createReplicaSet(await client.get(Deployment, { namespace, name })),
    async () => client.patch(ReplicaSet, ownedKey(), merging({ labels: { foo: 'baz' } })),
    async () => client.delete(ReplicaSet, ownedKey()),
    async () => client.delete(Deployment, { namespace, name }),
  ]
  for (const step of steps) {
    const before = reconciled.length
    await step()
    await awaitReconciles(before + 1)
  }
})

const ownedKey = () => ({ namespace, name: `rs-${name}` })
const merging = (metadata: object) => ({ type: 'merge', body: { metadata } }) as const
