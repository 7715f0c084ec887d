import { errors } from '@fairlead/kube-core'
import type { KubernetesObject, Lease, ResourceType } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Client } from '../client/client.ts'
import { ConnectionError } from '../client/connection-error.ts'
import { createMetrics } from '../metrics/metrics.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { LeaderElectionLostError, LeaderElector } from './leader-elector.ts'
import type { LeaderElectionOptions } from './leader-elector.ts'
import { Manager } from './manager.ts'
import { runnable } from '../runnable.ts'

/** One Lease with the API server's rules: versions, conflicts, not found. */
class LeaseStore {
  lease: Lease | undefined
  calls: string[] = []
  /** Fails every call while set, like an unreachable API server. */
  away = false
  #version = 0

  get client(): Client {
    const one = {
      get: () => this.#answer('get', () => this.#found()),
      create: (_: ResourceType, lease: KubernetesObject) =>
        this.#answer('create', () => {
          if (this.lease !== undefined) throw errors.alreadyExists('leases', 'x')
          return this.#store(lease)
        }),
      update: (_: ResourceType, lease: KubernetesObject) =>
        this.#answer('update', () => {
          const { resourceVersion } = this.#found().metadata
          if (lease.metadata.resourceVersion !== resourceVersion)
            throw errors.conflict('leases', 'x')
          return this.#store(lease)
        }),
    }
    return one as unknown as Client
  }

  #found(): Lease {
    if (this.lease === undefined) throw errors.notFound('leases', 'x')
    return this.lease
  }

  #store(lease: KubernetesObject): Lease {
    this.#version += 1
    const metadata = { ...lease.metadata, resourceVersion: String(this.#version) }
    this.lease = { ...(lease as Lease), metadata }
    return this.lease
  }

  async #answer(call: string, act: () => Lease): Promise<Lease> {
    this.calls.push(call)
    await Promise.resolve()
    if (this.away) throw new ConnectionError('away')
    return act()
  }
}

let clock: FakeClock
let store: LeaseStore
let metrics: Metrics
let stops: (() => Promise<unknown>)[]

beforeEach(() => {
  clock = new FakeClock()
  store = new LeaseStore()
  metrics = createMetrics()
  stops = []
})

afterEach(async () => {
  for (const stop of stops) await stop()
  expect(clock.pendingTimers).toBe(0)
})

function candidate(identity: string, options: Partial<LeaderElectionOptions> = {}) {
  const elector = new LeaderElector({
    name: 'x',
    namespace: 'ns',
    identity,
    client: store.client,
    clock,
    random: () => 0,
    logger: silentLogger,
    metrics: identity === 'a' ? metrics : createMetrics(),
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

  it.each([
    ['lease not longer than the renew deadline', { leaseDurationMs: 10_000 }],
    ['renew deadline too short for a retry', { retryPeriodMs: 9000 }],
  ])('refuses a %s', (_, options) => {
    expect(
      () =>
        new LeaderElector({
          name: 'x',
          namespace: 'ns',
          client: store.client,
          clock,
          random: () => 0,
          logger: silentLogger,
          metrics,
          ...options,
        }),
    ).toThrow(RangeError)
  })
})

describe('a manager with leader election', () => {
  it('runs its controllers only while it leads', async () => {
    const steps: string[] = []
    const follow = (name: string, needLeaderElection: boolean) =>
      runnable(
        async (signal) => {
          steps.push(`${name} starts`)
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          steps.push(`${name} stops`)
        },
        { needLeaderElection },
      )
    const rival = candidate('rival')
    await clock.advance(0)
    const manager = new Manager({
      client: store.client,
      clock,
      random: () => 0,
      logger: silentLogger,
      leaderElection: { name: 'x', namespace: 'ns', identity: 'me' },
    })
    manager.add(follow('leader only', true))
    manager.add(follow('every replica', false))
    const running = manager.start(new AbortController().signal)
    running.catch(() => {})
    await clock.advance(30_000)
    expect(steps).toEqual(['every replica starts'])
    expect(manager.elected).toBe(false)

    await rival.stop()
    await clock.advance(2000)
    expect(steps).toEqual(['every replica starts', 'leader only starts'])
    expect(manager.elected).toBe(true)

    store.away = true
    await clock.advance(12_000)
    await expect(running).rejects.toBeInstanceOf(LeaderElectionLostError)
    expect(steps).toContain('leader only stops')
  })
})
