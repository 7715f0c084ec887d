import { Lease } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { createMetrics } from '../metrics/metrics.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { LeaseStore } from '../testing/lease-store.ts'
import { electionMeter } from './election-meter.ts'
import { LeaderElectionLostError } from './leader-election-lost-error.ts'
import { LeaderElector } from './leader-elector.ts'
import type { LeaderElectorOptions } from './leader-elector.ts'
import { LeaseLock } from './lease-lock.ts'

let clock: FakeClock
let store: LeaseStore
let metrics: Metrics
let stops: (() => Promise<unknown>)[]

beforeEach(() => {
  clock = new FakeClock()
  store = new LeaseStore(clock)
  metrics = createMetrics()
  stops = []
})

afterEach(async () => {
  for (const stop of stops) await stop()
  expect(clock.pendingTimers).toBe(0)
})

function candidate(identity: string, options: Partial<LeaderElectorOptions> = {}) {
  const elector = new LeaderElector({
    lock: new LeaseLock({ client: store.client, name: 'x', namespace: 'ns' }),
    identity,
    clock,
    random: () => 0,
    logger: silentLogger,
    meter: electionMeter(identity === 'a' ? metrics : createMetrics(), 'x'),
    ...options,
  })
  const controller = new AbortController()
  const state = { led: 0, lost: undefined as unknown }
  const running = elector
    .run(controller.signal, () => (state.led += 1))
    .catch((error: unknown) => {
      state.lost = error
    })
  const stop = async () => {
    controller.abort()
    await running
    await elector.release()
  }
  stops.push(stop)
  return { elector, state, stop, running }
}

describe('leader election', () => {
  it('gives the lease to the first and makes the second wait', async () => {
    const a = candidate('a')
    await clock.advance(0)
    const b = candidate('b')
    await clock.advance(60_000)
    expect([a.state.led, b.state.led]).toEqual([1, 0])
    expect(store.lease?.spec).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:01:00.000000Z',
      leaseTransitions: 0,
    })
  })

  it('renews with one write and no read', async () => {
    candidate('a')
    await clock.advance(10_000)
    expect(store.calls).toEqual(['get', 'create', ...Array(5).fill('update')])
  })

  it('passes on at once when the leader stops and gives the lease back', async () => {
    const a = candidate('a')
    await clock.advance(0)
    const b = candidate('b')
    await clock.advance(4000)
    await a.stop()
    expect(store.lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
    await clock.advance(2000)
    expect(b.state.led).toBe(1)
    expect(store.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
  })

  it('gives back a lease whose last renewal was stored without an answer', async () => {
    const a = candidate('a')
    await clock.advance(0)
    store.answersAfterMs = 1000
    await clock.advance(2500)
    store.answersAfterMs = 0
    await a.stop()
    expect(store.lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
  })

  it('does not take a lease from another in order to give it back', async () => {
    const a = candidate('a')
    await clock.advance(0)
    const spec = { ...store.lease?.spec, holderIdentity: 'b' }
    const stolen = { ...store.lease, spec } as Lease
    await store.client.update(Lease, stolen)
    await a.stop()
    expect(store.lease?.spec?.holderIdentity).toBe('b')
  })

  it('passes on after 15 s when the leader fell silent, whatever its clock said', async () => {
    const a = candidate('a', { releaseOnStop: false })
    await clock.advance(0)
    await a.stop()
    // The times in the record are far in the future: they must be ignored.
    const spec = { ...store.lease?.spec, renewTime: '2099-01-01T00:00:00.000000Z' }
    if (store.lease !== undefined) store.lease = { ...store.lease, spec }
    const b = candidate('b')
    await clock.advance(14_000)
    expect(b.state.led).toBe(0)
    await clock.advance(2000)
    expect(b.state.led).toBe(1)
  })

  it('is lost when it cannot be renewed for 10 s, before others may lead', async () => {
    const a = candidate('a')
    await clock.advance(2000)
    store.away = true
    await clock.advance(9999)
    expect(a.state.lost).toBeUndefined()
    await clock.advance(1)
    expect(a.state.lost).toBeInstanceOf(LeaderElectionLostError)
    store.away = false
  })

  it.each([
    ['back', -86_400_000],
    ['forward', 86_400_000],
  ])('takes no notice when wall time is set %s, but for its stamps', async (_, shiftMs) => {
    const a = candidate('a')
    await clock.advance(0)
    const b = candidate('b')
    await clock.advance(3000)
    clock.setWallTime(clock.now() + shiftMs)
    await clock.advance(60_000)
    expect([a.state, b.state]).toEqual([
      { led: 1, lost: undefined },
      { led: 0, lost: undefined },
    ])
    const renewedMs = Date.parse(store.lease?.spec?.renewTime ?? '')
    expect(clock.now() - renewedMs).toBeLessThanOrEqual(2000)

    store.away = true
    await clock.advance(7000)
    clock.setWallTime(clock.now() - shiftMs)
    expect(a.state.lost).toBeUndefined()
    await clock.advance(3000)
    expect(a.state.lost).toBeInstanceOf(LeaderElectionLostError)
    store.away = false
    await clock.advance(4000)
    expect(b.state.led).toBe(0)
    await clock.advance(4000)
    expect(b.state.led).toBe(1)
  })

  it('is kept through a short absence of the API server', async () => {
    const a = candidate('a')
    await clock.advance(2000)
    store.away = true
    await clock.advance(7000)
    store.away = false
    await clock.advance(60_000)
    expect(a.state).toEqual({ led: 1, lost: undefined })
    expect(store.lease?.spec?.holderIdentity).toBe('a')
    const text = await metrics.registry.metrics()
    expect(text).toMatch(/leader_election_slowpath_total\{name="x"\} [1-9]/)
    expect(text).toContain('leader_election_master_status{name="x"} 1')
  })

  it('is lost when another holds the lease', async () => {
    const a = candidate('a')
    await clock.advance(2000)
    const taken = { ...store.lease?.spec, holderIdentity: 'thief' }
    if (store.lease !== undefined) {
      const metadata = { ...store.lease.metadata, resourceVersion: '999' }
      store.lease = { ...store.lease, metadata, spec: taken }
    }
    await clock.advance(2000)
    expect(a.state.lost).toBeInstanceOf(LeaderElectionLostError)
    expect(store.lease?.spec?.holderIdentity).toBe('thief')
  })

  it('counts a term from when the renewal was sent, however late its answer comes', async () => {
    const a = candidate('a')
    await clock.advance(1500)
    store.answersAfterMs = 4000
    await clock.advance(500)
    // Sent at 2 s, stored at once, answered at 6 s: another may lead from 17 s.
    await clock.advance(4000)
    expect(a.elector.term.remainingMs).toBe(6000)
    store.answersAfterMs = 0
    store.away = true
    await clock.advance(5999)
    expect(a.state.lost).toBeUndefined()
    await clock.advance(1)
    expect(a.state.lost).toBeInstanceOf(LeaderElectionLostError)
    expect(a.elector.term.remainingMs).toBe(0)
    store.away = false
  })

  it('has no term before it leads, and none after it gave the lease back', async () => {
    const rival = candidate('rival')
    await clock.advance(0)
    const a = candidate('a')
    await clock.advance(30_000)
    expect(a.elector.term.remainingMs).toBeUndefined()
    await rival.stop()
    expect(rival.elector.term.remainingMs).toBe(0)
    await clock.advance(2000)
    expect(a.elector.term.remainingMs).toBeGreaterThan(0)
  })

  it('gives the Lease its labels, and leaves what others wrote there', async () => {
    const lock = new LeaseLock({
      client: store.client,
      name: 'x',
      namespace: 'ns',
      labels: { app: 'operator' },
    })
    candidate('a', { lock })
    await clock.advance(0)
    expect(store.lease?.metadata.labels).toEqual({ app: 'operator' })
    if (store.lease !== undefined) {
      const metadata = {
        ...store.lease.metadata,
        resourceVersion: '77',
        labels: { team: 'b' },
        annotations: { note: 'kept' },
      }
      store.lease = { ...store.lease, metadata }
    }
    await clock.advance(4000)
    expect(store.lease?.metadata).toMatchObject({
      labels: { app: 'operator', team: 'b' },
      annotations: { note: 'kept' },
    })
  })

  it.each([
    ['lease not longer than the renew deadline', { leaseDurationMs: 10_000 }],
    ['renew deadline too short for a retry', { retryPeriodMs: 9000 }],
    ['retry period of nothing', { retryPeriodMs: 0 }],
  ])('refuses a %s', (_, options) => {
    expect(
      () =>
        new LeaderElector({
          lock: new LeaseLock({ client: store.client, name: 'x', namespace: 'ns' }),
          identity: 'a',
          clock,
          random: () => 0,
          logger: silentLogger,
          ...options,
        }),
    ).toThrow(RangeError)
  })
})
