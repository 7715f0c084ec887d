import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ContextStore } from '../context-store.ts'
import type { StoreMembers } from '../store-members.ts'
import { describeStoreMembersContract } from '../test-support/store-members-contract.ts'
import { conversationAt, ended, turnOf } from '../test-support/turns.ts'
import { CuttingProxy } from './test-support/cutting-proxy.ts'
import { PostgresBench } from './test-support/postgres-bench.ts'

let bench: PostgresBench
beforeAll(async () => {
  bench = await PostgresBench.start()
}, 60_000)
afterAll(() => bench[Symbol.asyncDispose]())

type Member = ContextStore & { readonly members: StoreMembers }

/** Stores on one schema, each behind a proxy of its own. */
class SharedSchema {
  readonly #schema = bench.newSchema()
  readonly #opened = new Map<
    ContextStore,
    { readonly store: Member; readonly proxy: CuttingProxy }
  >()

  async join(member: string): Promise<Member> {
    const proxy = await CuttingProxy.start(bench.server.port)
    const url = bench.server.url.replace(`:${bench.server.port}/`, `:${proxy.port}/`)
    const store = await bench.open({ url, schema: this.#schema, member, deadlineMs: 2000 })
    this.#opened.set(store, { store, proxy })
    return store
  }

  proxyOf(store: ContextStore): CuttingProxy {
    const { proxy } = this.#opened.get(store) ?? {}
    if (proxy === undefined) throw new Error('it was opened here')
    return proxy
  }

  async die(store: Member): Promise<void> {
    this.proxyOf(store).cut()
    await bench.kill(this.#schema, store.members.self)
  }

  async interrupt(store: Member): Promise<void> {
    const back = new Promise<void>((resolve) => store.members.onGap(resolve))
    this.proxyOf(store).cut()
    this.proxyOf(store).mend()
    await back
  }

  async close(): Promise<void> {
    for (const { store, proxy } of this.#opened.values()) {
      await store.close()
      await proxy[Symbol.asyncDispose]()
    }
  }
}

const member = (store: ContextStore): Member => {
  if (store.members === undefined) throw new Error('it has members')
  return Object.assign(store, { members: store.members })
}

describeStoreMembersContract({
  name: 'PostgreSQL',
  open() {
    const shared = new SharedSchema()
    return {
      join: (name) => shared.join(name),
      die: (store) => shared.die(member(store)),
      interrupt: (store) => shared.interrupt(member(store)),
      close: () => shared.close(),
    }
  },
})

describe('a member that is cut off', () => {
  it('says so, rejects at once or within its deadline, and comes back by itself', async () => {
    const shared = new SharedSchema()
    const store = await shared.join('one')
    shared.proxyOf(store).cut()
    await expect(store.conversation('a', 'c1')).rejects.toThrow(/PostgreSQL at 127\.0\.0\.1/)
    await vi.waitFor(() => expect(store.check()).rejects.toThrow(/resumes by itself/))
    shared.proxyOf(store).mend()
    await vi.waitFor(() => store.check(), { timeout: 10_000 })
    expect(await store.conversation('a', 'c1')).toBeUndefined()
    await shared.close()
  })

  it('knows what was stored although the connection was cut before it heard of it', async () => {
    const shared = new SharedSchema()
    const store = await shared.join('one')
    const proxy = shared.proxyOf(store)
    /** The server gets what is asked, and its answer is lost. */
    const losingTheAnswer = async <T>(work: () => Promise<T>) => {
      proxy.onRequest = (data) => {
        if (!/append_1|finish_1|put_record_1|finish_response_1/.test(data.toString())) return
        proxy.onRequest = undefined
        proxy.loseAnswer()
      }
      return work()
    }
    const change = { conversation: conversationAt(1), turns: [turnOf('c1', 1)] }
    const append = () => store.append({ expectedRevision: null, ...change })
    expect(await losingTheAnswer(append)).toBe('stored')
    const finish = () => store.finish('a', { turn: ended(turnOf('c1', 1)) })
    expect(await losingTheAnswer(finish)).toBe('stored')
    const note = { kind: 'note', tenant: 'a', owner: 'c1', id: 'n', body: {}, expiresAtMs: null }
    expect(await losingTheAnswer(() => store.records.put(note, null))).toBe(true)
    expect(await store.records.load(note)).toMatchObject({ version: 1 })
    const page = await store.turnPage('a', 'c1', { limit: 9, order: 'asc' })
    expect(page).toMatchObject({ entries: [{ status: 'completed' }], hasMore: false })
    expect(await append()).toBe('conflict')
    expect(await finish()).toBe('ended')
    await shared.close()
  })
})
