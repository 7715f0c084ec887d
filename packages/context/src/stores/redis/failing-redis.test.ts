import { startRedisServer } from '@fairlead/base/testing'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ContextStore } from '../context-store.ts'
import { conversationAt, ended, turnOf } from '../test-support/turns.ts'
import { createRedisStore, type RedisStoreOptions } from './redis-store.ts'

const clock = { now: () => 1_000_000 }
const waiting = { timeout: 10_000, interval: 20 }

async function open(url: string, more: Partial<RedisStoreOptions> = {}): Promise<ContextStore> {
  const store = await createRedisStore({ url, member: 'one', clock, ttlMs: undefined, ...more })
  onTestFinished(() => store.close())
  return store
}

function begin(store: ContextStore, id = 'c1') {
  const change = { conversation: conversationAt(1, 'a', id), turns: [turnOf(id, 1)] }
  return store.append({ expectedRevision: null, ...change })
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  return error instanceof Error ? error.message : String(error)
}

async function administrator(url: string): Promise<Redis> {
  const admin = new Redis(url)
  onTestFinished(() => admin.disconnect())
  await admin.ping()
  return admin
}

describe('a Redis that fails', () => {
  it('cannot be opened while there is none, and says so without its address', async () => {
    const late = await startRedisServer()
    await late.kill()
    const reason = await reasonOf(open(late.url.replace('://', '://:a-secret@')))
    expect(reason).toContain('ECONNREFUSED')
    expect(reason).not.toMatch(/127|\d{4}|secret/)
    await late[Symbol.asyncDispose]()
  })

  it('costs nothing while it is down, and serves when it is back', async () => {
    await using server = await startRedisServer()
    const store = await open(server.url)
    await begin(store)
    await server.kill()
    await reasonOf(store.check())
    await vi.waitFor(async () => {
      const beganMs = performance.now()
      expect(await reasonOf(store.conversation('a', 'c1'))).toContain('ECONNREFUSED')
      expect(performance.now() - beganMs).toBeLessThan(200)
    }, waiting)
    const refused = Array.from({ length: 1000 }, () => reasonOf(begin(store, 'c2')))
    expect(new Set(await Promise.all(refused)).size).toBe(1)
    await server.restart()
    await vi.waitFor(() => store.check(), waiting)
    expect(await store.turn('a', 'c1', 'turn_1')).toEqual(turnOf('c1', 1))
    expect(await store.finish('a', { turn: ended(turnOf('c1', 1)) })).toBe('stored')
    expect(await store.conversation('a', 'c2')).toBeUndefined()
  })

  it('costs its deadline when it stands still, and the same change again is stored once', async () => {
    await using server = await startRedisServer()
    const store = await open(server.url, { deadlineMs: 300 })
    await begin(store)
    server.pause()
    const beganMs = performance.now()
    const operations = [
      begin(store, 'c2'),
      store.basis('a', 'c1', { pathMax: 5 }),
      store.responses.load('a', 'r1'),
      store.answers.load('a', 'k'),
      store.records.list({ tenant: 'a', kind: 'note', owner: 'c1', limit: 5 }),
      store.factors.list(),
      store.recover(7),
      store.check(),
    ]
    for (const reason of await Promise.all(operations.map(reasonOf))) {
      expect(reason).toContain('did not answer within 300 ms')
    }
    expect(performance.now() - beganMs).toBeLessThan(1500)
    server.resume()
    await vi.waitFor(() => store.check(), waiting)
    // It may have run what it was sent, however late.
    expect(['stored', 'conflict']).toContain(await begin(store, 'c2'))
    expect(await begin(store, 'c1')).toBe('stored')
    const page = await store.turnPage('a', 'c1', { limit: 5, order: 'asc' })
    expect(page).toMatchObject({ entries: [{ id: 'turn_1' }], hasMore: false })
  })

  it('names what is wrong with the user, without the secret', async () => {
    await using server = await startRedisServer(['--requirepass', 'the-password'])
    const at = `127.0.0.1:${server.port}`
    expect(await reasonOf(open(`redis://${at}`))).toContain('wants a password')
    const reason = await reasonOf(open(`redis://:a-wrong-secret@${at}`))
    expect(reason).toContain('correct the URL in the Secret')
    expect(reason).not.toContain('secret@')
    const admin = await administrator(`redis://:the-password@${at}`)
    const may = ['~fairlead:*', '&fairlead:*', '+@all', '-@admin', '-@dangerous', '+info']
    await admin.acl('SETUSER', 'gate', 'on', '>gate-pass', ...may)
    const store = await open(`redis://gate:gate-pass@${at}/3`)
    expect(await begin(store)).toBe('stored')
    await store.check()
    expect(await store.removeSubject('a', 'ada')).toMatchObject({ conversations: 0 })
    expect(await admin.keys('*')).toEqual([])
    await admin.select(3)
    expect((await admin.keys('*')).every((key) => key.startsWith('fairlead:'))).toBe(true)
    await admin.acl('SETUSER', 'gate', 'resetkeys', '~other:*')
    expect(await reasonOf(store.check())).toContain('ACL')
  })

  it('says that its memory is full, still deletes, and serves when there is room', async () => {
    await using server = await startRedisServer()
    const store = await open(server.url)
    await begin(store)
    await store.finish('a', { turn: ended(turnOf('c1', 1)) })
    const admin = await administrator(server.url)
    await admin.config('SET', 'maxmemory', '1')
    for (const work of [begin(store, 'c2'), store.check()]) {
      expect(await reasonOf(work)).toContain('no memory left: raise its maxmemory')
    }
    expect(await store.conversation('a', 'c1')).toBeDefined()
    expect(await store.remove('a', 'c1')).toBe('removed')
    await admin.config('SET', 'maxmemory', '0')
    await store.check()
    expect(await begin(store, 'c2')).toBe('stored')
  })

  it('is not used while it would delete conversations to make room', async () => {
    await using server = await startRedisServer()
    const store = await open(server.url)
    const admin = await administrator(server.url)
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await store.check()
    await admin.config('SET', 'maxmemory', '100mb')
    expect(await reasonOf(store.check())).toContain('allkeys-lru: set it to noeviction')
    expect(await reasonOf(open(server.url))).toContain('noeviction')
    await admin.config('SET', 'maxmemory-policy', 'volatile-lru')
    await store.check()
  })

  it('that is a replica is refused, and one that becomes one is left', async () => {
    await using primary = await startRedisServer()
    await using other = await startRedisServer()
    const store = await open(other.url)
    const admin = await administrator(other.url)
    await admin.replicaof('127.0.0.1', primary.port)
    expect(await reasonOf(begin(store))).toMatch(/replica|reading its data/)
    await vi.waitFor(async () => {
      expect(await reasonOf(store.check())).toContain('name the primary in the Secret')
    }, waiting)
    await admin.call('REPLICAOF', 'NO', 'ONE')
    await vi.waitFor(() => store.check(), waiting)
  })

  it('that keeps nothing on its disk is used, with a warning', async () => {
    await using server = await startRedisServer(['--appendonly', 'no', '--save', ''])
    const warnings: string[] = []
    const logger = { warn: (_: object, message: string) => void warnings.push(message) }
    const store = await open(server.url, { logger })
    expect(warnings).toEqual([expect.stringContaining('set appendonly to yes')])
    expect(await begin(store)).toBe('stored')
  })

  it('runs scripts again that somebody flushed', async () => {
    await using server = await startRedisServer()
    const store = await open(server.url)
    const admin = await administrator(server.url)
    await admin.script('FLUSH')
    expect(await begin(store)).toBe('stored')
  })

  it('whose keys somebody else uses says so', async () => {
    await using server = await startRedisServer()
    const store = await open(server.url)
    await begin(store)
    const admin = await administrator(server.url)
    const [head = ''] = await admin.keys('*{c.*:h')
    await admin.set(head, 'something else')
    expect(await reasonOf(store.conversation('a', 'c1'))).toContain('choose another keyPrefix')
  })

  it('is refused under a prefix with braces, and an address that is none', async () => {
    expect(await reasonOf(open('redis://127.0.0.1', { keyPrefix: '{a}' }))).toContain('braces')
    expect(await reasonOf(open('http://secret-host'))).toContain('another scheme')
  })
})
