import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { forgottenPlan } from '../../plan/forgotten-plan.ts'
import type { ContextStore } from '../context-store.ts'
import { conversationAt, ended, turnOf } from '../test-support/turns.ts'
import { RedisIndexes } from './redis-indexes.ts'
import { RedisMembers } from './redis-members.ts'
import { RedisBench } from './test-support/redis-bench.ts'

let bench: RedisBench
beforeAll(async () => {
  bench = await RedisBench.start()
})
afterAll(() => bench[Symbol.asyncDispose]())

const page = { limit: 10, order: 'asc' } as const
/** Begins with the server's time, long ago. */
const oldStamp = '1000/opening/1'

function conversation(id: string, subject: string | null = 'ada') {
  const { ccp, ...rest } = conversationAt(1, 'a', id)
  return { ...rest, ccp: { ...ccp, subject, retention: { ...ccp.retention, expires_at: 5000 } } }
}

async function add(store: ContextStore, id: string, running = false): Promise<void> {
  const begun = turnOf(id, 1, { plan: `plan_${id}` })
  const turns = [running ? begun : ended(begun)]
  const change = { conversation: conversation(id), turns, plan: forgottenPlan(begun) }
  expect(await store.append({ expectedRevision: null, ...change })).toBe('stored')
}

describe('steps that a crash has left out in Redis', () => {
  const run = async (body: (store: ContextStore, prefix: string) => Promise<void>) => {
    const shared = bench.shared({ clock: { now: () => 1_000_000 }, ttlMs: 100_000 })
    await body(await shared.join('one'), shared.prefix)
    await shared.close()
  }
  /** Names of all entries in lists and indexes, whatever they are of. */
  const entries = async (prefix: string, part: string) => {
    const found: string[] = []
    for (const key of await bench.admin.keys(`${prefix}*:${part}`)) {
      const isHash = (await bench.admin.type(key)) === 'hash'
      found.push(...(await (isHash ? bench.admin.hkeys(key) : bench.admin.zrange(key, '0', '-1'))))
    }
    return found
  }

  it('before a change hide nothing and show nothing, and are swept away', () =>
    run(async (store, prefix) => {
      for (const id of ['c1', 'c2']) await add(store, id)
      const [list = ''] = await bench.admin.keys(`${prefix}{t.*:list`)
      const [ofSubject = ''] = await bench.admin.keys(`${prefix}{s.*:list`)
      // Never stored, and of another attempt to store what there is.
      for (const id of ['c1', 'c9']) {
        const entry = JSON.stringify([oldStamp, id])
        await bench.admin.zadd(list, 1, entry)
        await bench.admin.zadd(ofSubject, 1, entry)
        const timed = JSON.stringify([oldStamp, 'a', id])
        for (const index of ['age', 'due']) {
          for (let shard = 0; shard < 16; shard++) {
            await bench.admin.zadd(`${prefix}{x.${shard}}:${index}`, 1, timed)
          }
        }
        const running = JSON.stringify(['a', id, 'turn_9'])
        await bench.admin.zadd(`${prefix}{x.0}:run`, 1, running)
        const plan = JSON.stringify(['a', `plan_of_nothing_${id}`])
        await bench.admin.hset(`${prefix}{x.0}:plans`, plan, JSON.stringify([1000, id]))
        const item = JSON.stringify(['a', `item_${id}`])
        await bench.admin.hset(`${prefix}{x.0}:items`, item, 'resp_9')
      }
      for (const query of [page, { ...page, subject: 'ada' }]) {
        const found = await store.list('a', query)
        expect(found).toMatchObject({ conversations: [{ id: 'c1' }, { id: 'c2' }], next: null })
      }
      expect(await store.recover(7)).toBe(0)
      expect(await store.expire()).toBe(0)
      await expect.poll(() => entries(prefix, 'list')).toHaveLength(4)
      expect(await entries(prefix, 'age')).toHaveLength(2)
      expect(await entries(prefix, 'due')).toHaveLength(2)
      expect(await entries(prefix, 'plans')).toHaveLength(2)
      expect(await entries(prefix, 'run')).toEqual([])
      expect(await entries(prefix, 'items')).toEqual([])
      expect(await store.plan('a', 'plan_c1')).toBeDefined()
      expect(await store.removeSubject('a', 'ada')).toMatchObject({ conversations: 2, held: 0 })
    }))

  it('after a removal leave nothing that is found, and nothing that counts', () =>
    run(async (store, prefix) => {
      await add(store, 'c1')
      const record = { kind: 'note', tenant: 'a', owner: 'c1', id: 'n1', expiresAtMs: null }
      await store.records.put({ ...record, body: { said: 'x' } }, null)
      // The removal itself, without what follows it.
      await bench.admin.del(...(await bench.admin.keys(`${prefix}{c.*`)))
      expect(await store.list('a', page)).toMatchObject({ conversations: [], next: null })
      expect(await store.plan('a', 'plan_c1')).toBeUndefined()
      expect(await store.records.scan({ kind: 'note', limit: 5 })).toEqual([])
      expect(await store.removeSubject('a', 'ada')).toMatchObject({ conversations: 0 })
      await store.expire()
      expect(await entries(prefix, 'kind note')).toEqual([])
      expect(await bench.admin.get(`${prefix}{records}:total`)).toBe('0')
      await add(store, 'c1')
      expect(await store.list('a', page)).toMatchObject({ conversations: [{ id: 'c1' }] })
      expect(await store.records.put({ ...record, body: { said: 'y' } }, null)).toBe(true)
    }))

  it('between the removal of a conversation and that of its responses leave none of them', () =>
    run(async (store, prefix) => {
      const response = {
        tenant: 'a',
        previous: null,
        background: false,
        status: 'in_progress',
        body: {},
        input: [],
        output: [],
        error: null,
        answered_by: null,
        created_at: 1,
        completed_at: null,
      } as const
      for (const id of ['c1', 'c2', 'c3']) {
        await add(store, id)
        await store.responses.add({ ...response, id: `r_${id}`, conversation: id })
      }
      const keys = await bench.admin.keys(`${prefix}{c.*`)
      const owned = keys.filter((key) => key.endsWith(':w'))
      await bench.admin.del(...keys.filter((key) => !owned.includes(key)))
      expect(await store.responses.load('a', 'r_c1')).toBeDefined()
      // Its subject's list still names it, another takes its id, and it is swept away.
      expect(await store.removeSubject('a', 'ada')).toMatchObject({ conversations: 0 })
      await add(store, 'c2')
      expect(await store.responses.load('a', 'r_c2')).toBeUndefined()
      await store.expire()
      for (const id of ['r_c1', 'r_c3']) {
        expect(await store.responses.load('a', id)).toBeUndefined()
      }
      expect(await entries(prefix, 'owners')).toEqual([])
      expect(await bench.admin.keys(`${prefix}*:w`)).toEqual([])
    }))

  it('after the end of a turn end no other', () =>
    run(async (store, prefix) => {
      await add(store, 'c1', true)
      const entry = JSON.stringify(['a', 'c1', 'turn_1'])
      const [index = ''] = await bench.admin.keys(`${prefix}*:run`)
      await store.finish('a', { turn: ended(turnOf('c1', 1, { plan: 'plan_c1' })) })
      await expect.poll(() => bench.admin.zcard(index)).toBe(0)
      await bench.admin.zadd(index, 1, entry)
      const next = turnOf('c1', 2)
      const change = {
        conversation: { ...conversation('c1'), ccp: { ...conversation('c1').ccp, revision: 2 } },
        turns: [next],
      }
      expect(await store.append({ expectedRevision: 1, ...change })).toBe('stored')
      const successor = await bench.join(store, 'two')
      expect(await successor.recover(7)).toBe(0)
      await bench.die(store)
      expect(await successor.recover(7)).toBe(1)
      expect(await bench.admin.zcard(index)).toBe(0)
      await successor.close()
    }))

  it('let no response come that an earlier conversation of the id has noted', () =>
    run(async (store, prefix) => {
      await add(store, 'c1')
      const [head = ''] = await bench.admin.keys(`${prefix}{c.*:h`)
      await bench.admin.sadd(head.replace(/h$/, 'w'), 'r1')
      await store.remove('a', 'c1')
      await add(store, 'c1')
      const response = {
        tenant: 'a',
        previous: null,
        conversation: 'c1',
        background: false,
      } as const
      const made = { status: 'in_progress', body: {}, input: [], output: [], error: null } as const
      const rest = { answered_by: null, created_at: 1, completed_at: null }
      expect(await store.responses.add({ ...response, ...made, ...rest, id: 'r1' })).toBe(false)
      expect(await store.responses.load('a', 'r1')).toBeUndefined()
      expect(await store.responses.add({ ...response, ...made, ...rest, id: 'r2' })).toBe(true)
    }))

  it('of a change that an erasure has met do not let it come', () =>
    run(async (store) => {
      const other = await bench.join(store, 'eraser')
      const change = { expectedRevision: null, conversation: conversation('c1'), turns: [] }
      const entering = vi.spyOn(RedisIndexes.prototype, 'add')
      const enterAndErase = () => {
        // The original is there again within it.
        entering.mockImplementationOnce(async function enter(this: RedisIndexes, ...list) {
          const isEntered = await this.add(...list)
          await other.removeSubject('a', 'ada')
          return isEntered
        })
      }
      enterAndErase()
      expect(await store.append({ ...change, erasures: 0 })).toBe('erased')
      expect(await store.conversation('a', 'c1')).toBeUndefined()
      // What does not say when it was begun is made after the erasure.
      enterAndErase()
      expect(await store.append(change)).toBe('stored')
      expect(await other.removeSubject('a', 'ada')).toMatchObject({ conversations: 1 })
      vi.restoreAllMocks()
      await other.close()
    }))

  it('between reading who lives and what they run end no turn of who has joined meanwhile', () =>
    run(async (store) => {
      const other = await bench.join(store, 'joined')
      await add(other, 'c1', true)
      vi.spyOn(RedisMembers.prototype, 'alive').mockResolvedValueOnce(new Set(['one']))
      expect(await store.recover(7)).toBe(0)
      expect(await other.turn('a', 'c1', 'turn_1')).toMatchObject({ status: 'in_progress' })
      vi.restoreAllMocks()
      await other.close()
      expect(await store.recover(7)).toBe(1)
    }))

  it('between the end of a response and its count change neither', () =>
    run(async (store, prefix) => {
      const response = {
        tenant: 'a',
        previous: null,
        conversation: null,
        background: false,
      } as const
      const made = { status: 'in_progress', body: {}, input: [], output: [], error: null } as const
      const rest = { answered_by: null, created_at: 1, completed_at: null }
      await store.responses.add({ ...response, ...made, ...rest, id: 'r1' })
      const end = { body: {}, output: [], error: null, answeredBy: null, completedAt: 2 }
      const frames = { firstFrame: 0, frames: ['x'.repeat(100)] }
      await store.responses.finish({
        tenant: 'a',
        id: 'r1',
        status: 'completed',
        ...end,
        ...frames,
      })
      // As the end left it, and its count not.
      await bench.admin.zrem(`${prefix}{responses}:whole`, '["a","r1"]')
      await bench.admin.zadd(`${prefix}{responses}:made`, 1, '["a","r1"]')
      await bench.admin.zadd(`${prefix}{responses}:made`, 1, '["a","r9"]')
      expect(await store.responses.recover({ code: 'x', message: 'y' }, 7)).toBe(0)
      expect(await bench.admin.zrange(`${prefix}{responses}:whole`, '0', '-1')).toEqual([
        '["a","r1"]',
      ])
      expect(await bench.admin.zcard(`${prefix}{responses}:made`)).toBe(0)
      expect(await store.responses.load('a', 'r1')).toMatchObject({ status: 'completed' })
    }))
})
