import { ConfigMap, Lease } from '@fairlead/kube-core'
import type { Event } from '@fairlead/kube-types'
import { beforeEach, describe, expect, it } from 'vitest'
import { aborted, silentLogger, untilAborted } from '@fairlead/base'

import { FakeClock } from '@fairlead/base/testing'
import type { Client } from '../client/client.ts'
import { LeaderElectionLostError } from '../leader-election/leader-election-lost-error.ts'
import { runnable } from '../runnable.ts'
import { LeaseStore } from '../testing/lease-store.ts'
import { Manager, type ManagerOptions } from './manager.ts'

let clock: FakeClock
let store: LeaseStore

beforeEach(() => {
  clock = new FakeClock()
  store = new LeaseStore(clock)
})

const object: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ns', name: 'a' },
}

/** The lease's client, which also stores, and counts, what is no Lease. */
function storing(stored: string[]): Client {
  const { client } = store
  const write: Client['create'] = (type, written, options) => {
    if (type.plural === Lease.plural) return client.create(type, written, options)
    if (type.kind === 'Event') return Promise.resolve(written as never)
    stored.push(written.metadata.name ?? '')
    return Promise.resolve(written as never)
  }
  return { ...client, create: write }
}

function newManager(options: Partial<ManagerOptions> = {}): Manager {
  return new Manager({
    logger: silentLogger,
    client: store.client,
    clock,
    random: () => 0,
    leaderElection: { name: 'x', namespace: 'ns', identity: 'me' },
    ...options,
  })
}

function start(manager: Manager) {
  const stop = new AbortController()
  const running = manager.start(stop.signal)
  running.catch(() => {})
  return { stop, running }
}

describe('a manager with leader election', () => {
  it('runs its controllers only while it leads', async () => {
    const steps: string[] = []
    const follow = (name: string, needLeaderElection: boolean) =>
      runnable(
        async (signal) => {
          steps.push(`${name} starts`)
          await aborted(signal)
          steps.push(`${name} stops`)
        },
        { needLeaderElection },
      )
    const rival = start(
      newManager({ leaderElection: { name: 'x', namespace: 'ns', identity: 'rival' } }),
    )
    await clock.advance(0)
    const manager = newManager()
    manager.add(follow('leader only', true))
    manager.add(follow('every replica', false))
    const { running } = start(manager)
    let elected = false
    void manager.whenElected().then(() => (elected = true))
    await clock.advance(30_000)
    expect(steps).toEqual(['every replica starts'])
    expect([manager.elected, elected]).toEqual([false, false])

    rival.stop.abort()
    await rival.running
    await clock.advance(2000)
    expect(steps).toEqual(['every replica starts', 'leader only starts'])
    expect([manager.elected, elected]).toEqual([true, true])

    store.away = true
    await clock.advance(12_000)
    await expect(running).rejects.toBeInstanceOf(LeaderElectionLostError)
    expect(steps).toContain('leader only stops')
    expect(clock.pendingTimers).toBe(0)
  })

  it('refuses writes once the lease is older than the renew deadline, and aborts those on their way', async () => {
    const stored: string[] = []
    const client = storing(stored)
    const update: Client['update'] = (type, written, options) =>
      type.plural === Lease.plural
        ? client.update(type, written, options)
        : untilAborted(
            new Promise<never>(() => {}),
            options?.signal ?? new AbortController().signal,
          )
    const hanging = newManager({ client: { ...client, update } })
    await hanging.client.create(ConfigMap, object)
    const { running } = start(hanging)
    await clock.advance(0)
    const onItsWay = hanging.client.update(ConfigMap, object)
    onItsWay.catch(() => {})
    store.away = true
    await clock.advance(9999)
    await hanging.client.create(ConfigMap, object)
    expect(stored).toEqual(['a', 'a'])
    await clock.advance(1)
    await expect(onItsWay).rejects.toBeInstanceOf(LeaderElectionLostError)
    await expect(hanging.client.create(ConfigMap, object)).rejects.toBeInstanceOf(
      LeaderElectionLostError,
    )
    await expect(running).rejects.toBeInstanceOf(LeaderElectionLostError)
    expect(stored).toEqual(['a', 'a'])
  })

  it('keeps the lease until its controllers have ended, then gives it back', async () => {
    const manager = newManager()
    const end = Promise.withResolvers<void>()
    manager.add(runnable(() => end.promise))
    const { stop, running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await clock.advance(25_000)
    const { holderIdentity, renewTime } = store.lease?.spec ?? {}
    expect(holderIdentity).toBe('me')
    expect(clock.now() - Date.parse(renewTime ?? '')).toBeLessThanOrEqual(2000)
    end.resolve()
    await running
    expect(store.lease?.spec?.holderIdentity).toBe('')
    await expect(manager.client.update(ConfigMap, object)).rejects.toBeInstanceOf(
      LeaderElectionLostError,
    )
    expect(clock.pendingTimers).toBe(0)
  })

  it('does not begin to lead while it stops', async () => {
    const rival = start(
      newManager({ leaderElection: { name: 'x', namespace: 'ns', identity: 'rival' } }),
    )
    await clock.advance(0)
    const manager = newManager()
    const end = Promise.withResolvers<void>()
    manager.add(runnable(() => end.promise, { needLeaderElection: false }))
    const { stop, running } = start(manager)
    const elected = manager.whenElected()
    elected.catch(() => {})
    await clock.advance(0)
    stop.abort()
    rival.stop.abort()
    await rival.running
    await clock.advance(20_000)
    expect(store.lease?.spec?.holderIdentity).toBe('')
    end.resolve()
    await running
    await expect(elected).rejects.toThrow('the manager has stopped')
  })

  it('writes nothing after its grace period, though something has not ended', async () => {
    const manager = newManager()
    manager.add(runnable(() => new Promise(() => {})))
    const { stop, running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await clock.advance(30_000)
    await expect(running).rejects.toThrow('30000 ms')
    await expect(manager.client.update(ConfigMap, object)).rejects.toBeInstanceOf(
      LeaderElectionLostError,
    )
    expect(store.lease?.spec?.holderIdentity).toBe('me')
  })

  // client-go tools/leaderelection/resourcelock/leaselock.go: RecordEvent
  it('records at the Lease that it became leader, and that it stopped', async () => {
    const manager = newManager()
    const { stop, running } = start(manager)
    await clock.advance(0)
    const events = () => store.others as readonly unknown[] as readonly Event[]
    expect(events().map(({ note }) => note)).toEqual(['me became leader'])
    expect(events()[0]).toMatchObject({
      metadata: { namespace: 'ns' },
      type: 'Normal',
      reason: 'LeaderElection',
      regarding: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'x' },
      reportingController: 'x',
    })
    expect(events()[0]?.regarding?.uid).toBe(store.lease?.metadata.uid)
    stop.abort()
    await running
    expect(events().map(({ note }) => note)).toEqual(['me became leader', 'me stopped leading'])
  })

  it('records also that it lost the lease', async () => {
    const { running } = start(newManager())
    await clock.advance(0)
    store.away = true
    await clock.advance(12_000)
    await expect(running).rejects.toBeInstanceOf(LeaderElectionLostError)
    const notes = store.others.map((one) => (one as unknown as Event).note)
    expect(notes).toEqual(['me became leader', 'me stopped leading'])
  })

  it('records nothing about a leadership that it never had', async () => {
    const rival = start(newManager())
    await clock.advance(0)
    const other = start(
      newManager({ leaderElection: { name: 'x', namespace: 'ns', identity: 'b' } }),
    )
    await clock.advance(0)
    other.stop.abort()
    await other.running
    expect(store.others).toHaveLength(1)
    rival.stop.abort()
    await rival.running
  })

  it('can keep the record in a lock of its own', async () => {
    const writes: string[] = []
    const manager = newManager({
      client: {} as Client,
      leaderElection: {
        name: 'x',
        identity: 'me',
        lock: {
          read: () => Promise.resolve(undefined),
          write: (record) => {
            writes.push(record.holderIdentity)
            return Promise.resolve({ record, version: String(writes.length) })
          },
        },
      },
    })
    const { stop, running } = start(manager)
    await clock.advance(2000)
    await manager.whenElected()
    stop.abort()
    await running
    expect(writes).toEqual(['me', 'me', ''])
  })

  it.each([
    ['without a namespace', { name: 'x' }, 'set leaderElection.namespace'],
    ['in a thread with a clock of its own', { name: 'x', namespace: 'ns', thread: true }, 'thread'],
    [
      'stuck sooner than it must renew',
      { name: 'x', namespace: 'ns', blockedLimitMs: 10_000 },
      'blockedLimit must be greater than renewDeadline',
    ],
  ])('is refused %s', (_, leaderElection, message) => {
    expect(() => newManager({ leaderElection })).toThrow(message)
  })
})
