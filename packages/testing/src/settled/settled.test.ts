import { FakeClock } from '@fairlead/base/testing'
import {
  controllerBuilder,
  type CreateOf,
  objectMatches,
  type Result,
  TerminalError,
} from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { TestEnvironment, type TestEnvironmentOptions } from '../test-environment.ts'
import { NotSettledError, settled } from './settled.ts'

const map = (name: string): CreateOf<ConfigMap> => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name },
})
const keyOf = (name: string) => ({ namespace: 'default', name })

describe('settled', () => {
  let undo: AsyncDisposableStack

  beforeEach(() => (undo = new AsyncDisposableStack()))
  afterEach(() => undo.disposeAsync())

  /** A manager with one controller, of ConfigMaps. */
  async function start(
    reconcile: (name: string, environment: TestEnvironment) => Promise<Result | void>,
    options: TestEnvironmentOptions = {},
  ) {
    const environment = undo.use(await TestEnvironment.start({ env: {}, ...options }))
    const manager = await environment.manager(
      (one) =>
        controllerBuilder(one)
          .for(ConfigMap)
          .named('maps')
          .build(({ name }) => reconcile(name, environment)),
      { cacheOptions: { defaultNamespaces: ['default'] } },
    )
    return { environment, manager }
  }

  it('waits for what has been written and not been watched yet, and for what follows from it', async () => {
    const seen: string[] = []
    const { environment, manager } = await start(async (name, { client }) => {
      seen.push(name)
      // Each causes the next, by another client than the manager's.
      const next = Number(name.slice(1)) + 1
      if (next < 20) await client.create(ConfigMap, map(`m${next}`))
    })
    await environment.client.create(ConfigMap, map('m0'))
    await settled(manager)
    expect(seen).toHaveLength(20)
    await environment.client.delete(ConfigMap, keyOf('m19'))
    await settled(manager)
    expect(seen).toHaveLength(21)
    await settled(manager)
    expect(seen).toHaveLength(21)
  })

  it('waits for an informer whose watch is held up', async () => {
    const seen: string[] = []
    const { environment, manager } = await start(async (name) => void seen.push(name))
    await settled(manager)
    environment.faults.inject({
      verbs: ['watch'],
      resource: 'configmaps',
      fault: { type: 'status', code: 503 },
    })
    environment.faults.dropWatches()
    await environment.client.create(ConfigMap, map('late'))
    await expect(settled(manager, { timeoutMs: 100 })).rejects.toThrow(
      /not settled after 100 ms: the informer of configmaps has not heard of default\/late/,
    )
    environment.faults.clear()
    await settled(manager)
    expect(seen).toEqual(['late'])
  })

  it('waits for a reconcile that runs, and says which', async () => {
    const held = Promise.withResolvers<void>()
    const { environment, manager } = await start(() => held.promise)
    await environment.client.create(ConfigMap, map('slow'))
    await expect(settled(manager, { timeoutMs: 100 })).rejects.toThrow(
      'not settled after 100 ms: controller maps: default/slow is being reconciled',
    )
    held.resolve()
    await settled(manager)
  })

  it('waits for retries, says why they fail, and leaves them out when asked', async () => {
    let fails = true
    const { environment, manager } = await start(() =>
      fails ? Promise.reject(new Error('no password')) : Promise.resolve(),
    )
    await environment.client.create(ConfigMap, map('a'))
    const error = await settled(manager, { timeoutMs: 300 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(NotSettledError)
    expect((error as Error).message).toMatch(
      /controller maps: default\/a has failed, and is due in \d+ ms: no password/,
    )
    await settled(manager, { includeRetries: false })
    fails = false
    await settled(manager)
  })

  it('does not wait for what is asked for later, unless told to, and never for what has given up', async () => {
    const clock = new FakeClock()
    let runs = 0
    const { environment, manager } = await start(
      (name) => {
        runs += 1
        if (name === 'broken') return Promise.reject(new TerminalError('for good'))
        return Promise.resolve(runs < 3 ? { requeueAfterMs: 60_000 } : {})
      },
      { clock },
    )
    await environment.client.create(ConfigMap, map('a'))
    await settled(manager)
    expect(runs).toBe(1)
    await expect(settled(manager, { includeDelayed: true, timeoutMs: 50 })).rejects.toThrow(
      'controller maps: default/a is due in 60000 ms',
    )
    await clock.advance(60_000)
    await settled(manager)
    expect(runs).toBe(2)
    await clock.advance(60_000)
    await settled(manager, { includeDelayed: true })
    expect(runs).toBe(3)
    await environment.client.create(ConfigMap, map('broken'))
    await settled(manager, { includeDelayed: true })
    expect(runs).toBe(4)
  })

  it('waits for other clusters of the manager, too', async () => {
    const { environment, manager } = await start(() => Promise.resolve())
    const west = undo.use(await TestEnvironment.start({ env: {} }))
    const seen: string[] = []
    const cacheOptions = { defaultNamespaces: ['default'] }
    manager.addCluster('west', { config: west.config, cacheOptions })
    controllerBuilder(manager)
      .for(ConfigMap, { cluster: 'west' })
      .named('of-west')
      .build(async ({ cluster, name }) => {
        seen.push(`${cluster}: ${name}`)
        const key = keyOf(name)
        await environment.client.create(ConfigMap, { ...map(name), metadata: key })
      })
    await west.client.create(ConfigMap, map('a'))
    await settled(manager)
    expect(seen).toEqual(['west: a'])
    await environment.client.get(ConfigMap, keyOf('a'))
  })

  it('waits for events for which a predicate throws', async () => {
    let throws = true
    const seen: string[] = []
    const { environment, manager } = await start(() => Promise.resolve())
    const predicate = objectMatches<ConfigMap>(() => {
      if (throws) throw new Error('not now')
      return true
    })
    controllerBuilder(manager)
      .for(ConfigMap, { predicates: [predicate] })
      .named('picky')
      .build(async ({ name }) => void seen.push(name))
    await environment.client.create(ConfigMap, map('a'))
    await expect(settled(manager, { timeoutMs: 100 })).rejects.toThrow(
      'controller picky: events whose handlers are not done, or threw: 1',
    )
    throws = false
    await settled(manager)
    expect(seen).toEqual(['a'])
  })

  it('ends with its signal', async () => {
    const held = Promise.withResolvers<void>()
    const { environment, manager } = await start(() => held.promise)
    await environment.client.create(ConfigMap, map('a'))
    const stop = new AbortController()
    const waiting = settled(manager, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    held.resolve()
  })

  it('refuses a manager that has stopped', async () => {
    const { environment, manager } = await start(() => Promise.resolve())
    await environment.stopManager(manager)
    await expect(settled(manager)).rejects.toThrow('the manager has stopped')
  })
})
