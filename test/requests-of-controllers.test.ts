// Requests that do not come from a watch, and such that are no names.
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import {
  ControllerBuilder,
  controllerBuilder,
  forObject,
  fromMapFunction,
  informerSource,
  loadKubeConfig,
  Manager,
  ObjectSource,
  objectMatches,
  SharedInformer,
} from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'
import { expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'

async function newManager() {
  const environment = await TestEnvironment.start()
  onTestFinished(() => environment.stop())
  return new Manager({
    config: loadKubeConfig({ text: environment.kubeconfig() }),
    logger: silentLogger,
  })
}

function run(manager: Manager): void {
  const stop = new AbortController()
  const running = manager.start(stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await running
  })
}

const settings = (name: string, team: string) => ({
  apiVersion: 'v1' as const,
  kind: 'ConfigMap' as const,
  metadata: { name, namespace: 'default', labels: { team } },
})

interface Team {
  readonly team: string
}

it('reconciles values of a type of its own, one at a time for a key', async () => {
  const manager = await newManager()
  const seen: Team[] = []
  const builder = controllerBuilder(manager)
    .withRequests<Team>(({ team }) => team)
    .named('teams')
    .watches(ConfigMap, ({ metadata }) => {
      const team = metadata.labels?.['team']
      return team === undefined ? [] : [{ team }]
    })
  const controller = builder.build(async (request) => {
    expectTypeOf(request).toEqualTypeOf<Team>()
    seen.push(request)
  })
  for (const name of ['a', 'b', 'c']) {
    await manager.client.create(ConfigMap, settings(name, name === 'c' ? 'blue' : 'red'))
  }
  run(manager)
  await vi.waitFor(() => expect(seen).toEqual([{ team: 'red' }, { team: 'blue' }]))
  await vi.waitFor(() => expect(controller.explain({ team: 'red' })?.runs).toHaveLength(1))
  expect(manager.explainRequest('teams', { team: 'blue' })?.object).toBe('blue')
})

it('does not mix values of its own with names', () => {
  const builder = new ControllerBuilder().withRequests<Team>(({ team }) => team)
  expect(() => builder.for(ConfigMap)).toThrow('for() makes names')
  expect(() => builder.owns(ConfigMap)).toThrow('owns() can only be used together with for()')
  expect(() => new ControllerBuilder().for(ConfigMap).withRequests(String)).toThrow(
    'withRequests() must come before all sources',
  )
})

it('waits for maps that are asynchronous, and gives them the cache', async () => {
  const manager = await newManager()
  const seen: string[] = []
  controllerBuilder(manager)
    .named('readers')
    .watches(ConfigMap, async ({ metadata }, { cache, signal }) => {
      await Promise.resolve()
      signal.throwIfAborted()
      return cache
        .list(ConfigMap, { namespace: 'default' })
        .filter((other) => other.data?.['reads'] === metadata.name)
        .map((other) => ({ namespace: 'default', name: other.metadata.name }))
    })
    .build(async ({ name }) => void seen.push(name))
  run(manager)
  await manager.client.create(ConfigMap, { ...settings('reader', 'x'), data: { reads: 'read' } })
  await manager.client.create(ConfigMap, settings('read', 'x'))
  await vi.waitFor(() => expect(seen).toContain('reader'))
})

// controller-runtime pkg/internal/source/internal_test.go and pkg/source/source_test.go: "Channel"
it('hands generic events to predicates and the handler', async () => {
  const manager = await newManager()
  const seen: string[] = []
  const pushed = new ObjectSource<ConfigMap>('push', forObject(), [
    objectMatches(({ metadata }) => metadata.name !== 'dropped'),
  ])
  const pushOf = (name: string) => settings(name, 'x')
  pushed.send(pushOf('early'))
  pushed.send(pushOf('dropped'))
  controllerBuilder(manager)
    .named('pushed')
    .watchesRaw(pushed)
    .build(async ({ name }) => void seen.push(name))
  run(manager)
  await vi.waitFor(() => expect(seen).toEqual(['early']))
  pushed.send(pushOf('late'))
  await vi.waitFor(() => expect(seen).toEqual(['early', 'late']))
  const [explained] = manager.explain({ namespace: 'default', name: 'late' })
  expect(explained?.runs[0]?.triggers).toMatchObject([{ verb: 'generic', kind: 'ConfigMap' }])
})

it('refuses a handler without generic events, and to hold more than 1024 objects', () => {
  const handler = { ...forObject<ConfigMap>(), generic: undefined }
  expect(() => new ObjectSource('push', handler)).toThrow(
    'the handler of the source push needs a method generic(event, queue)',
  )
  const source = new ObjectSource<ConfigMap>('push', forObject())
  for (let index = 0; index < 1024; index += 1) source.send(settings(`${index}`, 'x'))
  source.send(settings('0', 'x'))
  expect(() => source.send(settings('more', 'x'))).toThrow('holds 1024 objects')
})

// controller-runtime pkg/source/source_test.go: "Informer"
it('takes the events of an informer that somebody else runs', async () => {
  const manager = await newManager()
  const informer = new SharedInformer<ConfigMap>({
    type: ConfigMap,
    client: manager.client,
    logger: silentLogger,
    scope: { namespace: 'default' },
  })
  const seen: string[] = []
  controllerBuilder(manager)
    .named('informed')
    .watchesRaw(
      informerSource(
        'settings',
        informer,
        fromMapFunction(({ metadata }) => [{ name: metadata.name }]),
      ),
    )
    .build(async ({ name }) => void seen.push(name))
  await manager.client.create(ConfigMap, settings('a', 'x'))
  run(manager)
  const stop = new AbortController()
  const informed = informer.start(stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await informed
  })
  await vi.waitFor(() => expect(seen).toContain('a'))
})

// controller-runtime pkg/controller/controller_test.go: "NewUnmanaged"
it('runs a controller that the manager does not run, when its caller says so', async () => {
  const manager = await newManager()
  const seen: string[] = []
  const controller = new ControllerBuilder()
    .for(ConfigMap)
    .build(async ({ name }) => void seen.push(name))
  manager.bind(controller)
  await manager.client.create(ConfigMap, settings('a', 'x'))
  run(manager)
  await manager.cache.waitForSync(AbortSignal.timeout(10_000))
  expect(seen).toEqual([])
  const stop = new AbortController()
  const running = controller.start(stop.signal)
  await vi.waitFor(() => expect(seen).toContain('a'))
  expect(manager.work.map((one) => one.controller)).toEqual(['configmap'])
  expect(manager.controllers.map(({ name }) => name)).toEqual(['configmap'])
  expect(manager.explain({ namespace: 'default', name: 'a' })).toHaveLength(1)
  expect(() => manager.bind(new ControllerBuilder().for(ConfigMap).build(async () => {}))).toThrow(
    'a controller named configmap already exists',
  )
  stop.abort()
  await running
  expect(manager.work).toEqual([])
  manager.bind(new ControllerBuilder().for(ConfigMap).build(async () => {}))
})
