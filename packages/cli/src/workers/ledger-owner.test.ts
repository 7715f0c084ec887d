import { FakeClock } from '@fairlead/base/testing'
import {
  CounterStoreUnavailable,
  MemoryLedger,
  noUsage,
  type UsageEntry,
  type UsageLedger,
  type UsageQuery,
} from '@fairlead/usage'
import { describe, expect, it } from 'vitest'
import { RemoteLedger } from '../worker/remote-ledger.ts'
import type { LedgerRequest } from '../worker-messages/ledger-messages.ts'
import { LedgerOwner } from './ledger-owner.ts'

const entry: UsageEntry = {
  day: '2026-01-01',
  tenant: 'default/app',
  consumer: 'default/app',
  model: 'small',
  provider: '',
  prompt: '',
  groups: '',
  ...noUsage,
  calls: 1,
}
const everything: UsageQuery = {
  from: '2026-01-01',
  to: '2026-01-01',
  tenant: undefined,
  consumer: undefined,
  namespace: undefined,
  group: undefined,
  by: [],
}

/** A worker whose messages arrive a moment later, as between processes. */
function join(owner: LedgerOwner, clock: FakeClock) {
  let silent = false
  const sent: LedgerRequest[] = []
  const ledger: RemoteLedger = new RemoteLedger(clock, (request) => {
    sent.push(request)
    queueMicrotask(() => {
      if (!silent) member.receive(request)
    })
  })
  const member = owner.join((message) =>
    queueMicrotask(() => {
      if (!silent && message.type === 'ledger') ledger.receive(message.news)
    }),
  )
  return {
    ledger,
    sent,
    fallSilent: () => (silent = true),
    die() {
      silent = true
      member.left()
    },
  }
}

function bench(stored: UsageLedger = new MemoryLedger()) {
  const clock = new FakeClock()
  const owner = new LedgerOwner(stored, clock)
  return { clock, owner, one: join(owner, clock), other: join(owner, clock) }
}

describe('the ledger of several workers', () => {
  it('tells each what all have noted, at once', async () => {
    const { owner, one, other } = bench()
    one.ledger.note(entry)
    other.ledger.note(entry)
    one.ledger.noteKeyUse({ tenant: 'default/app', key: 'first', hourMs: 0 })
    expect((await other.ledger.query(everything)).total.calls).toBe(2)
    expect(await other.ledger.keyUses('default/app')).toHaveLength(1)
    expect((await owner.query(everything)).total.calls).toBe(2)
  })

  it('gets calls in batches, added up', async () => {
    const { clock, owner, one } = bench()
    for (let call = 0; call < 1000; call += 1) one.ledger.note(entry)
    expect(one.sent).toEqual([])
    await clock.advance(200)
    expect(one.sent).toMatchObject([{ kind: 'noted', noted: { entries: [{ calls: 1000 }] } }])
    one.die()
    expect((await owner.query(everything)).total.calls).toBe(1000)
  })

  it('rates a call of any worker, once', async () => {
    const { one, other, owner } = bench()
    const { day, tenant, consumer, model, provider, groups } = entry
    const prompt = 'default/greet@1'
    const call = { day, tenant, consumer, model, provider, groups, prompt }
    one.ledger.noteRateable({ ...call, requestId: 'req_1', endedAtMs: 0 })
    const rating = { requestId: 'req_1', tenant, thousandths: 1000, atMs: 0 }
    expect(await other.ledger.rate(rating)).toEqual({ prompt, isReplaced: false })
    expect(await one.ledger.rate({ ...rating, thousandths: 0 })).toEqual({
      prompt,
      isReplaced: true,
    })
    expect(await one.ledger.rate({ ...rating, requestId: 'req_2' })).toBeUndefined()
    const { entries } = await owner.query({ ...everything, by: ['prompt'] })
    expect(entries).toMatchObject([{ prompt, ratings: 1, ratingThousandths: 0 }])
  })

  it('does not wait for a worker that is gone, nor long for one that is silent', async () => {
    const { clock, one, other } = bench()
    one.ledger.note(entry)
    other.die()
    expect((await one.ledger.query(everything)).total.calls).toBe(1)
    const { clock: later, one: asking, other: silent } = bench()
    silent.fallSilent()
    const answer = asking.ledger.query(everything)
    await later.advance(500)
    expect((await answer).total.calls).toBe(0)
    expect(clock.now()).toBe(new FakeClock().now())
  })

  it('is unavailable while its store is, or when the primary process does not answer', async () => {
    const stored = new MemoryLedger()
    stored.query = () => Promise.reject(new CounterStoreUnavailable('the disk is full'))
    const { one } = bench(stored)
    await expect(one.ledger.query(everything)).rejects.toThrow('the disk is full')

    const { clock, one: alone } = bench()
    alone.fallSilent()
    const answer = expect(alone.ledger.query(everything)).rejects.toThrow(CounterStoreUnavailable)
    await clock.advance(5_000)
    await answer
  })
})
