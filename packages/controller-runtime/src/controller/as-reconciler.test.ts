import { ConfigMap } from '@fairlead/kube-types'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Client } from '../client/client.ts'
import { Manager } from '../manager/manager.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import { asReconciler } from './as-reconciler.ts'
import { ControllerBuilder } from './controller-builder.ts'
import { ChannelSource } from './channel-source.ts'

let manager: Manager
let stop: AbortController
let running: Promise<void>
let source: ChannelSource
const seen: unknown[] = []

beforeEach(async () => {
  const reader = new FakeReader()
  const metadata = { namespace: 'ns', name: 'here', resourceVersion: '1', uid: 'u' }
  reader.seed(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
  stop = new AbortController()
  manager = new Manager({
    client: reader as unknown as Client,
    clock: new FakeClock(),
    logger: silentLogger,
  })
  source = new ChannelSource('test')
  seen.length = 0
  new ControllerBuilder(manager)
    .for(ConfigMap)
    .watchesRaw(source)
    .build(
      asReconciler(manager, ConfigMap, async ({ metadata: { name, uid } }) => {
        seen.push({ name, uid })
        return { requeueAfterMs: 60_000 }
      }),
    )
  running = manager.start(stop.signal)
})

afterEach(async () => {
  stop.abort()
  await running
})

const runsOf = (name: string) => manager.explain({ namespace: 'ns', name })[0]?.runs ?? []

describe('asReconciler', () => {
  it('is given the object, and its result counts', async () => {
    await vi.waitFor(() => expect(runsOf('here')[0]?.outcome).toBe('requeue_after'))
    expect(seen).toEqual([{ name: 'here', uid: 'u' }])
    expect(runsOf('here')[0]).toMatchObject({ requeueAfterMs: 60_000 })
  })

  it('does nothing for an object that is gone', async () => {
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    source.send({ namespace: 'ns', name: 'gone' })
    await vi.waitFor(() => expect(runsOf('gone')[0]?.outcome).toBe('success'))
    expect(seen).toHaveLength(1)
  })
})
