import { FakeClock } from '@fairlead/base/testing'
import {
  errors,
  type KubernetesObject,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'
import { expect, onTestFinished, test } from 'vitest'

import type { Client } from '../client/client.ts'
import { ConnectionError } from '../client/connection-error.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { ProvisionedCertificate } from './provisioned-certificate.ts'

const dayMs = 24 * 60 * 60 * 1000
const service = { namespace: 'system', name: 'operator' }
const secret = { namespace: 'system', name: 'certificates' }

/** An API server of a few objects, which refuses writes of old versions. */
class FewObjects {
  readonly objects = new Map<string, KubernetesObject>()
  failure: Error | undefined
  writes = 0

  readonly client = {
    get: (type: ResourceType, { name }: { name: string }) => this.#get(type, name),
    create: async (type: ResourceType, object: TypedObject) => {
      await this.#answer()
      if (this.objects.has(keyOf(type, object))) throw errors.alreadyExists(type.plural, 'x')
      return this.#store(type, object)
    },
    update: async (type: ResourceType, object: TypedObject) => {
      const stored = await this.#get(type, object.metadata.name ?? '')
      if (stored.metadata.resourceVersion !== object.metadata.resourceVersion) {
        throw errors.conflict(type.plural, 'x')
      }
      return this.#store(type, object)
    },
  } as unknown as Client

  async #get({ kind, plural }: ResourceType, name: string): Promise<KubernetesObject> {
    await this.#answer()
    const found = this.objects.get(`${kind} ${name}`)
    if (found === undefined) throw errors.notFound(plural, name)
    return found
  }

  /** Later, so that others come in between. */
  async #answer(): Promise<void> {
    await Promise.resolve()
    if (this.failure !== undefined) throw this.failure
  }

  #store(type: ResourceType, object: TypedObject): TypedObject {
    this.writes += 1
    const metadata = { ...object.metadata, resourceVersion: String(this.writes) }
    this.objects.set(keyOf(type, object), { ...object, metadata })
    return object
  }
}

const keyOf = ({ kind }: ResourceType, { metadata }: TypedObject) => `${kind} ${metadata.name}`

function replica(server: FewObjects, clock: FakeClock, checkIntervalMs = 10_000) {
  const metrics = createMetrics()
  const logger = new RecordingLogger()
  const certificate = new ProvisionedCertificate({
    service,
    secret,
    checkIntervalMs,
    client: server.client,
    targets: () => ({
      mutatingWebhookConfigurations: ['not-there-yet'],
      validatingWebhookConfigurations: [],
      customResourceDefinitions: [],
    }),
    clock,
    logger,
    metrics: metrics.webhook,
  })
  const stop = new AbortController()
  const running = certificate.start(stop.signal)
  running.catch(() => {})
  onTestFinished(() => stop.abort())
  return { certificate, metrics, logger, running, ready: certificate.whenReady(stop.signal) }
}

test('replicas that begin at the same time take the certificate that one of them made', async () => {
  const server = new FewObjects()
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  const replicas = Array.from({ length: 5 }, () => replica(server, clock, dayMs))
  await Promise.all(replicas.map(({ ready }) => ready))
  const shown = new Set(replicas.map(({ certificate }) => certificate.current()?.cert))
  expect(shown.size).toBe(1)
  expect(server.writes).toBe(1)

  // And when it is replaced, again one of them does it.
  const changes = replicas.map(({ certificate }) => {
    let count = 0
    certificate.onChange(() => (count += 1))
    return () => count
  })
  await clock.advance(61 * dayMs)
  await clock.advance(dayMs)
  const later = new Set(replicas.map(({ certificate }) => certificate.current()?.cert))
  expect(later.size).toBe(1)
  expect([...later][0]).not.toBe([...shown][0])
  expect(changes.map((count) => count())).toEqual([1, 1, 1, 1, 1])
  expect(server.writes).toBe(2)
})

test('says when the certificates end', async () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  const { metrics, ready } = replica(new FewObjects(), clock)
  await ready
  const name = 'controller_runtime_webhook_certificate_expiration_timestamp_seconds'
  const text = await metrics.registry.metrics()
  expect(text).toContain(`${name}{certificate="serving"} ${Date.UTC(2026, 3, 1) / 1000}`)
  expect(text).toContain(`${name}{certificate="authority"} ${Date.UTC(2028, 11, 31) / 1000}`)
})

test('what fails later is logged once, counted each time, and mended', async () => {
  const server = new FewObjects()
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  const { certificate, metrics, logger, ready } = replica(server, clock)
  await ready
  server.failure = errors.forbidden('secrets', 'certificates', 'not any more')
  await clock.advance(10_000)
  await clock.advance(10_000)
  const failures = logger.lines.filter(({ level }) => level === 'error')
  expect(failures.map(({ message }) => message)).toEqual([
    'the certificates of the webhooks cannot be kept in the Secret system/certificates: secrets "certificates" is forbidden: not any more',
  ])
  expect(JSON.stringify(failures)).not.toContain('PRIVATE KEY')
  expect(await metrics.registry.metrics()).toMatch(
    /^controller_runtime_webhook_certificate_errors_total 2$/m,
  )
  expect(certificate.current()).toBeDefined()
  server.failure = undefined
  server.objects.clear()
  const before = certificate.current()?.cert
  await clock.advance(10_000)
  await clock.advance(0)
  expect(certificate.current()?.cert).not.toBe(before)
})

test('an API server that cannot be reached is waited for, and one that refuses is not', async () => {
  const server = new FewObjects()
  server.failure = new ConnectionError('it is not there', { cause: undefined })
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  const waiting = replica(server, clock)
  await clock.advance(30_000)
  expect(waiting.certificate.current()).toBeUndefined()
  server.failure = undefined
  await clock.advance(1_000)
  await waiting.ready

  server.failure = errors.forbidden('secrets', 'certificates', 'no')
  const refused = replica(server, clock)
  await expect(refused.running).rejects.toThrow('secrets "certificates" is forbidden: no')
  await expect(refused.ready).rejects.toThrow('secrets "certificates" is forbidden: no')
})

test.each([0, -1, NaN])('looking every %d ms is refused: it would be without a pause', (ms) => {
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  expect(() => replica(new FewObjects(), clock, ms)).toThrow('checkIntervalMs must be above 0')
})
