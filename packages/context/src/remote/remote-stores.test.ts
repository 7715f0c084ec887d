import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { createConversations } from '../service/conversations-service.ts'
import { settled, turnRequest, turnsOf } from '../service/test-support/conversation-bench.ts'
import { describeNotesContract } from '../service/test-support/notes-contract.ts'
import { createMemoryStore, type MemoryStoreOptions } from '../stores/memory/memory-store.ts'
import { createSqliteStore } from '../stores/sqlite/sqlite-store.ts'
import { describeFactorStoreContract } from '../stores/test-support/factor-store-contract.ts'
import { describeAnswerStoreContract } from '../stores/test-support/answer-store-contract.ts'
import { describeRecordBoundContract } from '../stores/test-support/record-store-contract.ts'
import { describeResponseStoreContract } from '../stores/test-support/response-store-contract.ts'
import { describeStoreContract } from '../stores/test-support/store-contract.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { RemoteStores } from './remote-stores.ts'
import type { StoreRequest } from './store-messages.ts'
import { StoreOwner, type StoreClient } from './store-owner.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-remote-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))

for (const [name, open] of [
  ['Memory', createMemoryStore],
  [
    'SQLite',
    (options: MemoryStoreOptions) =>
      createSqliteStore({ ...options, path: join(folder, `${files++}.db`) }),
  ],
] as const) {
  const subject = {
    name: `Remote ${name}`,
    async open(options: MemoryStoreOptions) {
      const owner = ownerOf(() => open(options))
      const store = await connect(owner).stores.open('the one')
      const close = async () => {
        await store.close()
        await owner.close()
      }
      return new Proxy(store, {
        get(target, property) {
          if (property === 'close') return close
          const value: unknown = Reflect.get(target, property)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
  describeStoreContract(subject)
  describeResponseStoreContract(subject)
  describeFactorStoreContract(subject)
  describeAnswerStoreContract(subject)
  describeRecordBoundContract(subject)
  describeNotesContract({
    name: subject.name,
    open: (clock) => subject.open({ clock, ttlMs: undefined }),
  })
}

it('a store that is being opened is closed with the others', async () => {
  const clock = new FakeClock()
  const opening = Promise.withResolvers<ContextStore>()
  const owner = new StoreOwner({
    open: () => opening.promise,
    keyOf: String,
    clock,
    logger: silentLogger,
  })
  void owner.open('slow')
  const closed = owner.close()
  let closes = 0
  opening.resolve(Object.assign(inMemory(clock), { close: async () => void (closes += 1) }))
  await closed
  expect(closes).toBe(1)
})

function ownerOf(open: () => ContextStore, clock = new FakeClock()): StoreOwner {
  const keyOf = (description: unknown) => String(description)
  return new StoreOwner({ open: async () => open(), keyOf, clock, logger: silentLogger })
}

const inMemory = (clock = new FakeClock()) => createMemoryStore({ clock, ttlMs: undefined })

/** A client whose messages are copied as between processes; `batches` are those that it sent. */
function connect(owner: StoreOwner, options: { readonly bytesInFlightMax?: number } = {}) {
  const clock = new FakeClock()
  const batches: (readonly StoreRequest[])[] = []
  const stores: RemoteStores = new RemoteStores({
    clock,
    send(requests) {
      batches.push(requests)
      client.receive(structuredClone(requests))
    },
    ...options,
  })
  const client: StoreClient = owner.connect((news) => stores.receive(structuredClone(news)))
  return { clock, batches, stores, client }
}

/** Conversations as a worker uses them. */
async function conversationsOf({ stores }: { readonly stores: RemoteStores }, clock: FakeClock) {
  const store = await stores.open('the one')
  return createConversations({
    store,
    clock,
    random: Math.random,
    sweepsExpired: false,
    places: store.places,
    onTurnEnd: (listener) => store.onTurnEnd(listener),
    responseCancels: store.responses,
  })
}

const question = (said: string, conversation = 'c1') =>
  turnRequest([{ type: 'message', role: 'user', content: [{ type: 'input_text', text: said }] }], {
    tenant: 'a',
    conversation,
  })
const said = [
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'par' }] },
] as const

describe('stores in another process', () => {
  it('are opened once, recovered once, and asked in batches', async () => {
    let opened = 0
    let recovered = 0
    const owner = ownerOf(() => {
      opened += 1
      const store = inMemory()
      const recover = (at: number) => {
        recovered += 1
        return store.recover(at)
      }
      return { ...store, recover }
    })
    const first = connect(owner)
    const [store] = await Promise.all([
      first.stores.open('the one'),
      connect(owner).stores.open('the one'),
    ])
    expect({ opened, recovered }).toEqual({ opened: 1, recovered: 1 })
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.conversation('a', `c${index}`)),
    )
    expect(first.batches.map((batch) => batch.length)).toEqual([1, 20])
    expect(first.clock.pendingTimers).toBe(0)
  })

  it('that cannot be opened are tried again by the next client', async () => {
    let broken = true
    const owner = ownerOf(() => {
      if (broken) throw new Error('the disk is full')
      return inMemory()
    })
    const { stores } = connect(owner)
    await expect(stores.open('the one')).rejects.toThrow('the disk is full')
    broken = false
    expect((await stores.open('the one')).type).toBe('Memory')
  })

  it('end the turns of a client that is gone, with what was flushed, and of no other', async () => {
    const clock = new FakeClock()
    const owner = ownerOf(() => inMemory(clock), clock)
    const [dying, living] = [connect(owner), connect(owner)]
    const [dead, alive] = [
      await conversationsOf(dying, clock),
      await conversationsOf(living, clock),
    ]
    const lost = await dead.begin(question('one'))
    const kept = await alive.begin(question('two', 'c2'))
    lost.flush(said)
    await clock.advance(250)
    await dying.stores.open('the one')

    await dying.client.disconnected()
    const [turn] = await turnsOf(alive, 'a', 'c1')
    expect(turn).toMatchObject({ status: 'incomplete', output: [{ content: said[0].content }] })
    expect((await turnsOf(alive, 'a', 'c2'))[0]?.status).toBe('in_progress')
    await kept.finish({ status: 'completed', output: said, usage: undefined, model: 'm' })
    const next = await alive.begin(question('three'))
    expect(next.turn.seq).toBe(2)
  })

  it('give the place of a turn to a client that waits when the turn of another ends', async () => {
    const clock = new FakeClock()
    const owner = ownerOf(() => inMemory(clock), clock)
    const [one, two] = [
      await conversationsOf(connect(owner), clock),
      await conversationsOf(connect(owner), clock),
    ]
    const running = await one.begin(question('one'))
    const waiting = two.begin(question('two'))
    await clock.timerOf(30_000)
    await running.finish({ status: 'completed', output: said, usage: undefined, model: 'm' })
    // The clock stands still: only the news of the end can wake it.
    expect((await waiting).turn.seq).toBe(2)
  })

  it('cancel a turn where it runs', async () => {
    const clock = new FakeClock()
    const owner = ownerOf(() => inMemory(clock), clock)
    const [one, two] = [
      await conversationsOf(connect(owner), clock),
      await conversationsOf(connect(owner), clock),
    ]
    const end = { status: 'cancelled', output: said, usage: undefined, model: 'm' } as const
    const open = await one.begin(question('one'), { cancel: () => void open.finish(end) })
    const turn = await two.cancelTurn('a', 'c1', open.turn.id)
    expect(turn).toMatchObject({ status: 'cancelled', output: [{ content: said[0].content }] })
    expect(await one.cancelTurn('a', 'c1')).toEqual(turn)
    expect((await two.begin(question('two'))).turn.seq).toBe(2)
  })

  it('give way, across clients, to the next message when nobody listens', async () => {
    const clock = new FakeClock()
    const owner = ownerOf(() => inMemory(clock), clock)
    const [one, two] = [
      await conversationsOf(connect(owner), clock),
      await conversationsOf(connect(owner), clock),
    ]
    const end = { status: 'cancelled', output: said, usage: undefined, model: 'm' } as const
    const open = await one.begin(question('one'), { cancel: () => void open.finish(end) })
    open.callerLeft()
    expect((await two.begin(question('two'))).turn.seq).toBe(2)
    expect((await turnsOf(one, 'a', 'c1'))[0]?.status).toBe('cancelled')
  })

  it('take the places of a client that is gone: those that wait, and the one that runs', async () => {
    const clock = new FakeClock()
    const owner = ownerOf(() => inMemory(clock), clock)
    const [dying, living] = [connect(owner), connect(owner)]
    const [dead, alive] = [
      await conversationsOf(dying, clock),
      await conversationsOf(living, clock),
    ]
    await dead.begin(question('one'))
    void dead.begin(question('two')).catch(() => {})
    await settled()
    const waiting = alive.begin(question('three'))
    await settled()
    await dying.client.disconnected()
    expect((await waiting).turn.seq).toBe(2)
    const statuses = (await turnsOf(alive, 'a', 'c1')).map(({ status }) => status)
    expect(statuses).toEqual(['incomplete', 'in_progress'])
  })

  const response = {
    id: 'resp_1',
    tenant: 'a',
    previous: null,
    conversation: null,
    status: 'in_progress',
    background: true,
    body: {},
    input: [],
    created_at: 1,
  } as const

  it('cancel a response where it runs', async () => {
    const clock = new FakeClock()
    const owner = ownerOf(() => inMemory(clock), clock)
    const [one, two] = [
      await conversationsOf(connect(owner), clock),
      await conversationsOf(connect(owner), clock),
    ]
    const open = await one.responses.begin(response, () => {
      const output = [{ id: 'msg_1' }]
      void open.finish({ status: 'cancelled', body: {}, output, error: null, frames: [] })
    })
    const cancelling = two.responses.cancel('a', 'resp_1')
    let ended = false
    void cancelling.then(() => (ended = true))
    while (!ended) {
      await clock.advance(20)
      await settled()
    }
    expect(await cancelling).toMatchObject({ status: 'cancelled', output: [{ id: 'msg_1' }] })
    expect(clock.now() - new FakeClock().now()).toBeLessThan(2000)
  })

  it('end the responses of a client that is gone as failed, and of no other', async () => {
    const clock = new FakeClock()
    const owner = ownerOf(() => inMemory(clock), clock)
    const [dying, living] = [connect(owner), connect(owner)]
    const [dead, alive] = [
      await conversationsOf(dying, clock),
      await conversationsOf(living, clock),
    ]
    const lost = await dead.responses.begin(response, () => {})
    await alive.responses.begin({ ...response, id: 'resp_2' }, () => {})
    lost.flush([{ id: 'msg_1' }], ['frame'])
    await dying.stores.open('the one')
    await dying.stores.open('the one')
    await dying.client.disconnected()
    expect(await alive.responses.get('a', 'resp_1')).toMatchObject({
      status: 'failed',
      output: [{ id: 'msg_1' }],
      error: { code: 'server_error' },
    })
    expect((await alive.responses.get('a', 'resp_2')).status).toBe('in_progress')
  })

  it('refuse what exceeds the bound, and fail what is not answered in time', async () => {
    const { stores } = connect(
      ownerOf(() => inMemory()),
      { bytesInFlightMax: 100 },
    )
    const store = await stores.open('the one')
    await expect(store.conversation('a', 'x'.repeat(200))).rejects.toThrow('too much is waiting')

    const clock = new FakeClock()
    const silent = new RemoteStores({ clock, send() {} })
    const opening = silent.open('the one')
    const failed = expect(opening).rejects.toThrow('does not answer')
    await clock.advance(30_000)
    await failed
    expect(clock.pendingTimers).toBe(0)
  })
})

it('an answer that a client made is made again when its process is gone', async () => {
  const clock = new FakeClock()
  const owner = ownerOf(() => inMemory(clock), clock)
  const first = connect(owner)
  const { answers } = await conversationsOf(first, clock)
  const other = (await conversationsOf(connect(owner), clock)).answers
  const asked = { tenant: 'a', key: 'k', digest: 'd' }
  expect((await answers.begin(asked)).earlier).toBeUndefined()
  expect((await other.begin(asked)).earlier).toHaveProperty('joined')
  await first.client.disconnected()
  expect((await other.begin(asked)).earlier).toBeUndefined()
})
