import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import {
  createClient,
  type LeaderElectionOptions,
  LeaderElectionLostError,
  loadKubeConfig,
  Manager,
} from '@fairlead/controller-runtime'
import { Event, Lease } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waitFor } from './support/wait-for.ts'

let environment: TestEnvironment
let ends: (() => Promise<void>)[]

beforeEach(async () => {
  environment = await TestEnvironment.start()
  ends = []
})

afterEach(async () => {
  for (const end of ends) await end()
  await environment.stop()
})

const config = () => loadKubeConfig({ text: environment.kubeconfig() })
const timing = { leaseDurationMs: 1500, renewDeadlineMs: 1000, retryPeriodMs: 100 }

/** A replica whose election must run in a thread. */
function replica(identity: string, more: Partial<LeaderElectionOptions> = {}) {
  const manager = new Manager({
    config: config(),
    logger: silentLogger,
    leaderElection: {
      name: 'operator',
      namespace: 'default',
      identity,
      thread: true,
      ...timing,
      ...more,
    },
  })
  const stop = new AbortController()
  const running = manager.start(stop.signal)
  running.catch(() => {})
  const end = async () => {
    stop.abort()
    await running.catch(() => {})
  }
  ends.push(end)
  return { manager, running, end }
}

async function lease(): Promise<Lease> {
  const client = createClient(config(), { logger: silentLogger })
  try {
    return await client.get(Lease, { namespace: 'default', name: 'operator' })
  } finally {
    await client.close()
  }
}

async function notes(): Promise<readonly string[]> {
  const client = createClient(config(), { logger: silentLogger })
  try {
    const { items } = await client.list(Event, { namespace: 'default' })
    const { uid = '' } = (await lease()).metadata
    return items.filter(({ regarding }) => regarding?.uid === uid).map(({ note = '' }) => note)
  } finally {
    await client.close()
  }
}

describe('an election in a thread of its own', () => {
  it('keeps the lease, and gives it back on a stop, so that another leads at once', async () => {
    const first = replica('first')
    await first.manager.whenElected()
    const second = replica('second')
    const { spec } = await lease()
    expect(spec).toMatchObject({ holderIdentity: 'first', leaseDurationSeconds: 2 })
    await waitFor('a renewal', async () => (await lease()).spec?.renewTime !== spec?.renewTime)
    expect(second.manager.elected).toBe(false)

    await first.end()
    await second.manager.whenElected(AbortSignal.timeout(5000))
    expect((await lease()).spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 })
    await second.end()
    expect((await lease()).spec?.holderIdentity).toBe('')
  })

  it('has events at the Lease', async () => {
    const first = replica('first')
    await first.manager.whenElected()
    await first.end()
    expect([...(await notes())].toSorted()).toEqual([
      'first became leader',
      'first stopped leading',
    ])
  })

  it('keeps the lease until it runs out, if it is not to give it back', async () => {
    const first = replica('first', { releaseOnStop: false })
    await first.manager.whenElected()
    await first.end()
    expect((await lease()).spec?.holderIdentity).toBe('first')
  })

  it('ends the manager when it cannot renew in time, and refuses its writes', async () => {
    const first = replica('first')
    await first.manager.whenElected()
    environment.faults.inject({
      resource: 'leases.coordination.k8s.io',
      fault: { type: 'status', code: 500 },
    })
    await expect(first.running).rejects.toBeInstanceOf(LeaderElectionLostError)
    const written = first.manager.client.create(Lease, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'default', name: 'other' },
    })
    await expect(written).rejects.toBeInstanceOf(LeaderElectionLostError)
  })

  it('stops without having led', async () => {
    const first = replica('first')
    await first.manager.whenElected()
    const second = replica('second')
    const waiting = second.manager.whenElected()
    waiting.catch(() => {})
    await second.end()
    await expect(waiting).rejects.toThrow('the manager has stopped')
    expect((await lease()).spec?.holderIdentity).toBe('first')
  })
})
