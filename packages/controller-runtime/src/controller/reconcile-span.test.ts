import { ConfigMap, errors, Secret } from '@fairlead/kube-core'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Client } from '../client/client.ts'
import { Manager } from '../manager/manager.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import { RecordingTracer } from '../testing/recording-tracer.ts'
import { ControllerBuilder } from './controller-builder.ts'
import type { Reconcile } from './reconcile.ts'

let tracer: RecordingTracer
let manager: Manager
let stop: AbortController
let running: Promise<void>

class RefusingReader extends FakeReader {
  override get(): Promise<never> {
    return Promise.reject(errors.notFound('secrets', 'token-of-a'))
  }
}

beforeEach(() => {
  tracer = new RecordingTracer()
  stop = new AbortController()
})

afterEach(async () => {
  stop.abort()
  await running
})

function start(reconcile: Reconcile): void {
  const reader = new RefusingReader()
  reader.seed(ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'ns', name: 'a', uid: 'u', resourceVersion: '5' },
  })
  manager = new Manager({
    client: reader as unknown as Client,
    clock: new FakeClock(),
    logger: silentLogger,
    tracer,
  })
  new ControllerBuilder(manager).for(ConfigMap).build(reconcile)
  running = manager.start(stop.signal)
}

it('is a span with what triggered it and how it ended, and the calls in it are its children', async () => {
  start(async () => {
    await manager.client.get(Secret, { namespace: 'ns', name: 'token-of-a' }).catch(() => {})
    return { requeueAfterMs: 5000 }
  })
  await vi.waitFor(() => expect(tracer.spans[0]?.ended).toBe(true))
  expect(tracer.spans).toMatchObject([
    {
      name: 'reconcile configmap',
      kind: 0,
      parent: undefined,
      attributes: {
        'k8s.controller': 'configmap',
        'k8s.namespace.name': 'ns',
        'k8s.object.name': 'a',
        'reconcile.outcome': 'requeue_after',
        'reconcile.requeue_after_ms': 5000,
      },
      events: [{ name: 'trigger', attributes: { cause: 'create ConfigMap ns/a@5' } }],
    },
    {
      name: 'get secrets',
      kind: 2,
      parent: 'reconcile configmap',
      ended: true,
      attributes: {
        'k8s.verb': 'get',
        'k8s.resource': 'secrets',
        'k8s.namespace.name': 'ns',
        'k8s.object.name': 'token-of-a',
        'http.response.status_code': 404,
        'error.type': 'StatusError',
      },
    },
  ])
  expect(tracer.spans[0]).not.toHaveProperty('error')
  const [explanation] = manager.explain({ namespace: 'ns', name: 'a' })
  expect(tracer.spans[0]?.attributes['reconcile.id']).toBe(explanation?.runs[0]?.reconcileID)
})

it('tells an error, and not a conflict', async () => {
  let calls = 0
  start(async () => {
    calls += 1
    if (calls === 1) throw errors.conflict('configmaps', 'a')
    throw new Error('not yet')
  })
  await vi.waitFor(() => expect(tracer.spans[0]?.ended).toBe(true))
  expect(tracer.spans[0]?.attributes['reconcile.outcome']).toBe('requeue')
  expect(tracer.spans[0]).not.toHaveProperty('error')
})

it('tells why a reconcile failed', async () => {
  start(async () => {
    throw new Error('not yet')
  })
  await vi.waitFor(() => expect(tracer.spans[0]?.ended).toBe(true))
  expect(tracer.spans[0]).toMatchObject({
    error: 'not yet',
    attributes: { 'reconcile.outcome': 'error', 'error.type': 'Error' },
  })
})
