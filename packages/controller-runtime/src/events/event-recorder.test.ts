import { errors } from '@fairlead/kube-core'
import type { ConfigMap, Event, ResourceType, TypedObject } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Patch } from '../client/client.ts'
import { ConnectionError } from '../client/connection-error.ts'
import { EventRecorder } from './event-recorder.ts'

let clock: FakeClock
let stop: AbortController
let running: Promise<void>
let created: Event[]
let patched: unknown[]
let failures: Error[]
let patchFailures: Error[]
let recorder: EventRecorder

const client = {
  create<T extends TypedObject>(_: ResourceType<T>, object: unknown): Promise<T> {
    const failure = failures.shift()
    if (failure !== undefined) return Promise.reject(failure)
    created.push(object as Event)
    return Promise.resolve(object as T)
  },
  patch<T extends TypedObject>(_: ResourceType<T>, __: unknown, patch: Patch): Promise<T> {
    const failure = patchFailures.shift()
    if (failure !== undefined) return Promise.reject(failure)
    patched.push(patch.body)
    return Promise.resolve({} as T)
  },
}

beforeEach(() => {
  clock = new FakeClock()
  stop = new AbortController()
  created = []
  patched = []
  failures = []
  patchFailures = []
  const options = { client, component: 'example.com/operator', instance: 'pod-1' }
  recorder = new EventRecorder({ ...options, clock, logger: silentLogger })
  running = recorder.start(stop.signal)
})

afterEach(async () => {
  stop.abort()
  await running
  expect(clock.pendingTimers).toBe(0)
})

const object: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ns', name: 'a', uid: 'u', resourceVersion: '7' },
}
const created1 = { type: 'Normal', reason: 'Created', note: 'made it' } as const

describe('an event recorder', () => {
  it('records what is told once a single time, whoever has recorded it before', async () => {
    const once = { ...created1, once: 'June' }
    recorder.event(object, once)
    recorder.event(object, { ...once, note: 'made it again' })
    recorder.event(object, { ...once, once: 'July' })
    await clock.advance(0)
    expect(created).toHaveLength(2)
    const [first, second] = created
    expect(first?.metadata.name).toMatch(/^a\.[0-9a-f]{16}$/)
    expect(second?.metadata.name).not.toBe(first?.metadata.name)
    const other = new EventRecorder({ client, component: 'c', clock, logger: silentLogger })
    failures.push(errors.alreadyExists('events', 'a'))
    other.event(object, once)
    const end = new AbortController()
    const ended = other.start(end.signal)
    await clock.advance(0)
    end.abort()
    await ended
    expect(failures).toEqual([])
    expect(created).toHaveLength(2)
    expect(patched).toEqual([])
  })

  it('writes an event about the object', async () => {
    recorder.event(object, created1)
    await clock.advance(0)
    expect(created).toHaveLength(1)
    expect(created[0]).toMatchObject({
      metadata: { namespace: 'ns', name: expect.stringMatching(/^a\.[0-9a-f]{16}$/) },
      eventTime: '2026-01-01T00:00:00.000000Z',
      type: 'Normal',
      reason: 'Created',
      action: 'Created',
      note: 'made it',
      regarding: { kind: 'ConfigMap', namespace: 'ns', name: 'a', uid: 'u', resourceVersion: '7' },
      reportingController: 'example.com/operator',
      reportingInstance: 'pod-1',
    })
  })

  it('counts repetitions on the first event, in few writes', async () => {
    for (let second = 0; second < 25; second += 1) {
      recorder.event(object, created1)
      await clock.advance(1000)
    }
    await clock.advance(30_000)
    expect(created).toHaveLength(1)
    expect(patched).toEqual([
      { series: { count: 10, lastObservedTime: '2026-01-01T00:00:09.000000Z' } },
      { series: { count: 20, lastObservedTime: '2026-01-01T00:00:19.000000Z' } },
      { series: { count: 25, lastObservedTime: '2026-01-01T00:00:24.000000Z' } },
    ])
  })

  it.each([
    ['back', -86_400_000],
    ['forward', 86_400_000],
  ])('counts on when wall time is set %s, and stamps with it', async (_, shiftMs) => {
    recorder.event(object, created1)
    await clock.advance(1000)
    clock.setWallTime(clock.now() + shiftMs)
    recorder.event(object, created1)
    await clock.advance(9000)
    expect(created).toHaveLength(1)
    const lastObservedTime = new Date(clock.now() - 9000).toISOString().replace('Z', '000Z')
    expect(patched).toEqual([{ series: { count: 2, lastObservedTime } }])
  })

  it('makes a new event of a repetition when the server has forgotten the first', async () => {
    recorder.event(object, created1)
    await clock.advance(0)
    patchFailures = [errors.notFound('events', 'x')]
    recorder.event(object, created1)
    await clock.advance(10_000)
    expect(created).toHaveLength(1)
    recorder.event(object, created1)
    await clock.advance(0)
    expect(created).toHaveLength(2)
    expect(patched).toEqual([])
  })

  it('makes a new event when the last one is over', async () => {
    recorder.event(object, created1)
    await clock.advance(360_000)
    recorder.event(object, created1)
    await clock.advance(0)
    expect(created).toHaveLength(2)
  })

  it('bounds the events of one object, not those of another', async () => {
    for (let index = 0; index < 40; index += 1) {
      recorder.event(object, { ...created1, note: `number ${index}` })
    }
    recorder.event({ ...object, metadata: { ...object.metadata, name: 'b' } }, created1)
    await clock.advance(0)
    expect(created).toHaveLength(26)
    await clock.advance(300_000)
    recorder.event(object, { ...created1, note: 'again' })
    recorder.event(object, { ...created1, note: 'and again' })
    await clock.advance(0)
    expect(created).toHaveLength(27)
  })

  it('tries again while the server is away, and gives up what it refuses', async () => {
    failures = [new ConnectionError('away'), errors.tooManyRequests('busy', 1)]
    recorder.event(object, created1)
    await clock.advance(19_999)
    expect(created).toHaveLength(0)
    await clock.advance(1)
    expect(created).toHaveLength(1)

    failures = [errors.forbidden('events', 'x', 'no')]
    recorder.event(object, { ...created1, note: 'refused' })
    recorder.event(object, { ...created1, note: 'next' })
    await clock.advance(0)
    expect(created.map(({ note }) => note)).toEqual(['made it', 'next'])
  })

  it('keeps at most a thousand while the server is away', async () => {
    failures = Array.from({ length: 20 }, () => new ConnectionError('away'))
    for (let index = 0; index < 3000; index += 1) {
      recorder.event(
        { ...object, metadata: { name: `object-${index}`, uid: `${index}` } },
        created1,
      )
      if (index === 0) await clock.advance(0)
    }
    failures = []
    await clock.advance(10_000)
    expect(created).toHaveLength(1001)
  })

  it('writes at the end what still waits', async () => {
    recorder.event(object, created1)
    recorder.event(object, { ...created1, note: 'second' })
    stop.abort()
    await running
    expect(created).toHaveLength(2)
  })

  it('loses no other event at the end because one is refused, or stored already', async () => {
    failures.push(errors.forbidden('events', 'x', 'no'), errors.alreadyExists('events', 'x'))
    for (const note of ['refused', 'stored', 'next']) recorder.event(object, { ...created1, note })
    stop.abort()
    await running
    expect(created.map(({ note }) => note)).toEqual(['next'])
  })

  it('does not take an answer that was lost for a failure', async () => {
    failures.push(new ConnectionError('reset'), errors.alreadyExists('events', 'x'))
    recorder.event(object, created1)
    await clock.advance(10_000)
    recorder.event(object, created1)
    await clock.advance(10_000)
    expect(patched).toMatchObject([{ series: { count: 2 } }])
  })

  it('cuts a long note between characters', async () => {
    recorder.event(object, { ...created1, note: '🚢'.repeat(1000) })
    await clock.advance(0)
    const note = created[0]?.note ?? ''
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024)
    expect(note).toMatch(/^(🚢)+\.\.\.$/u)
  })
})
