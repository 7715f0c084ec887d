import { ConfigMap, errors } from '@fairlead/kube-core'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Manager } from '../manager/manager.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import type { Client } from '../client/client.ts'
import { ControllerBuilder } from './controller-builder.ts'
import { TerminalError } from './reconcile.ts'
import type { Reconcile } from './reconcile.ts'

let clock: FakeClock
let reader: FakeReader
let manager: Manager
let stop: AbortController
let running: Promise<void> | undefined

beforeEach(() => {
  clock = new FakeClock()
  reader = new FakeReader()
  stop = new AbortController()
  manager = new Manager({ client: reader as unknown as Client, clock, logger: silentLogger })
})

afterEach(async () => {
  stop.abort()
  await running
})

const object = (resourceVersion: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    namespace: 'ns',
    name: 'a',
    uid: 'u',
    resourceVersion,
    managedFields: [
      { manager: 'kubectl', operation: 'Update', time: `2026-01-01T00:00:0${resourceVersion}Z` },
    ],
  },
  data,
})
const asked = { namespace: 'ns', name: 'a' }

async function start(reconcile: Reconcile): Promise<void> {
  reader.seed(ConfigMap, object('1'))
  new ControllerBuilder(manager).for(ConfigMap).build(reconcile)
  expect(manager.explain(asked)).toEqual([])
  running = manager.start(stop.signal)
  await vi.waitFor(() => expect(manager.explain(asked)).toHaveLength(1))
}

it('tells what ran, why, how it ended, and what comes next', async () => {
  const startMs = clock.now()
  let calls = 0
  await start(async () => {
    calls += 1
    if (calls === 1) throw new Error('not yet')
    if (calls === 2) throw errors.conflict('configmaps', 'a')
    return { requeueAfterMs: 60_000 }
  })
  await vi.waitFor(() => expect(manager.explain(asked)[0]?.failures).toBe(1))
  expect(manager.explain(asked)).toMatchObject([
    {
      controller: 'configmap',
      object: 'ns/a',
      running: false,
      failures: 1,
      next: { state: 'waiting', priority: -100, dueMs: startMs + 5, triggers: [{ verb: 'error' }] },
      runs: [
        {
          outcome: 'error',
          error: 'not yet',
          startMs,
          triggers: [{ verb: 'create', kind: 'ConfigMap', namespace: 'ns', name: 'a' }],
        },
      ],
    },
  ])
  await clock.advance(100)
  const [explanation] = manager.explain({ ...asked, controller: 'configmap' })
  expect(explanation).toMatchObject({ failures: 0, next: { state: 'waiting' } })
  expect(explanation?.runs.map(({ outcome }) => outcome)).toEqual([
    'requeue_after',
    'requeue',
    'error',
  ])
  expect(explanation?.runs[0]).toMatchObject({
    requeueAfterMs: 60_000,
    triggers: [{ verb: 'conflict' }],
  })
  expect(manager.explain({ ...asked, controller: 'other' })).toEqual([])
  expect(manager.explain({ namespace: 'ns', name: 'b' })).toEqual([])
})

it('tells which fields a change was about, and who made it', async () => {
  await start(async () => {})
  reader.push(ConfigMap, { type: 'MODIFIED', object: object('2', { size: '3' }) })
  await vi.waitFor(() => expect(manager.explain(asked)[0]?.runs).toHaveLength(2))
  expect(manager.explain(asked)[0]?.runs[0]?.triggers).toMatchObject([
    { verb: 'update', resourceVersion: '2', changedFields: ['data.size'], fieldManager: 'kubectl' },
  ])
})

it('tells that a run goes on, and what waits for its end', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  await start(async () => promise)
  await vi.waitFor(() => expect(manager.explain(asked)[0]?.running).toBe(true))
  expect(manager.explain(asked)[0]).not.toHaveProperty('next')
  reader.push(ConfigMap, { type: 'MODIFIED', object: object('2', { size: '3' }) })
  await vi.waitFor(() => expect(manager.explain(asked)[0]?.next?.state).toBe('blocked'))
  expect(manager.explain(asked)[0]?.runs).toMatchObject([{ outcome: 'running' }])
  resolve()
  await vi.waitFor(() => expect(manager.explain(asked)[0]?.running).toBe(false))
})

it('tells that a run failed for good', async () => {
  await start(async () => {
    throw new TerminalError('never')
  })
  await vi.waitFor(() =>
    expect(manager.explain(asked)).toMatchObject([{ runs: [{ outcome: 'terminal_error' }] }]),
  )
  expect(manager.explain(asked)[0]).not.toHaveProperty('next')
})

it('is served with the profiles', async () => {
  manager = new Manager({
    client: reader as unknown as Client,
    clock,
    logger: silentLogger,
    profilingServer: { bindAddress: '127.0.0.1:0' },
  })
  await start(async () => {})
  const { port } = (await manager.servers.profiling?.whenListening()) ?? {}
  const ask = async (query: string) => fetch(`http://127.0.0.1:${port}/debug/explain${query}`)
  const answer = await ask('?namespace=ns&name=a')
  expect(await answer.json()).toMatchObject({
    items: [{ controller: 'configmap', object: 'ns/a' }],
  })
  expect((await ask('?name=unknown')).status).toBe(404)
})
