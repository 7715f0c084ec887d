import { type RedisServer, startRedisServer } from '@fairlead/base/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Counter, CounterStoreUnavailable } from '../../counters/counter.ts'
import { type OpenedStore, openStore } from './test-support/open-store.ts'

const tokens: Counter = {
  key: 'team/policy/day/-',
  measure: 'TotalTokens',
  limit: 1000,
  window: { type: 'Calendar', period: 'Year', timeZone: 'UTC' },
}
const holder = { id: 'worker' }

let server: RedisServer
let gateways = 0
let gateway = ''

beforeAll(async () => {
  server = await startRedisServer()
})
beforeEach(() => {
  gateway = `failing/${++gateways}`
})
afterAll(() => server[Symbol.asyncDispose]())

function open(url: string | undefined, timeoutMs = 5000): OpenedStore {
  const opened = openStore(url, { gateway, timeoutMs })
  onTestFinished(() => opened[Symbol.asyncDispose]())
  return opened
}

async function borrow({ store }: OpenedStore, amount: number, by = holder): Promise<number> {
  const wishes = [{ claim: { counter: tokens, amount, shadow: false }, ahead: 0 }]
  const outcome = await store.borrow(by, wishes)
  if (!outcome.granted) throw new Error('refused')
  return outcome.slots[0] ?? 0
}

async function stands({ store }: OpenedStore): Promise<readonly unknown[]> {
  const [view] = await store.view([tokens])
  return [view?.used, view?.reserved, view?.unsettled]
}

function whenAvailable(opened: OpenedStore): Promise<void> {
  return expect.poll(() => opened.told.at(-1), { timeout: 10_000 }).toBeUndefined()
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(CounterStoreUnavailable)
  return (error as Error).message
}

describe('a Redis that fails', () => {
  it('is waited for when it is connected to first, and then serves', async () => {
    const opened = open(server.url)
    expect(await borrow(opened, 1)).toBe(Date.UTC(new Date().getUTCFullYear(), 0, 1))
    expect(opened.told).toEqual([])
  })

  it('fails at once while there is none, and serves when it comes', async () => {
    await using late = await startRedisServer()
    await late.kill()
    const opened = open(late.url)
    expect(await failure(borrow(opened, 1))).toContain('ECONNREFUSED')
    const before = performance.now()
    const message = await failure(borrow(opened, 1))
    expect(performance.now() - before).toBeLessThan(100)
    expect(message).not.toMatch(/127|\d{4}/)
    expect(opened.told).toEqual([message])
    await late.restart()
    await whenAvailable(opened)
    await borrow(opened, 1)
  })

  it('costs its deadline when it stands still; what it does later is taken back', async () => {
    const opened = open(server.url, 200)
    await borrow(opened, 1)
    server.pause()
    const before = performance.now()
    expect(await failure(borrow(opened, 100))).toContain('did not answer within 200 ms')
    const tookMs = performance.now() - before
    expect(tookMs).toBeGreaterThan(190)
    expect(tookMs).toBeLessThan(600)
    await failure(borrow(opened, 100))
    server.resume()
    await whenAvailable(opened)
    await expect.poll(() => stands(opened)).toEqual([0, 1, 0])
    await borrow(opened, 999)
  })

  it('takes a report once, also one whose answer was lost', async () => {
    const opened = open(server.url, 200)
    const slot = await borrow(opened, 100)
    const report = () =>
      opened.store.report(holder, 1, [{ counter: tokens, slot, used: 70, released: 100, spare: 0 }])
    server.pause()
    await failure(report())
    server.resume()
    await whenAvailable(opened)
    await report()
    expect(await stands(opened)).toEqual([70, 0, 0])
  })

  it('has what it answered after kill -9', async () => {
    await using fragile = await startRedisServer()
    const opened = open(fragile.url)
    const slot = await borrow(opened, 100)
    await opened.store.report(holder, 1, [
      { counter: tokens, slot, used: 30, released: 40, spare: 0 },
    ])
    await fragile.kill()
    await expect.poll(() => opened.told.length).toBeGreaterThan(0)
    await fragile.restart()
    await whenAvailable(opened)
    expect(await stands(opened)).toEqual([30, 60, 0])
    await opened.store.report(holder, 2, [
      { counter: tokens, slot, used: 60, released: 60, spare: 0 },
    ])
    expect(await stands(opened)).toEqual([90, 0, 0])
  })

  it('is told what calls hold when it has lost all', async () => {
    const flags = ['--appendonly', 'no']
    await using forgetful = await startRedisServer(flags)
    const opened = open(forgetful.url)
    await borrow(opened, 900)
    await forgetful.kill()
    await forgetful.restart()
    await expect.poll(() => opened.told.length).toBeGreaterThan(1)
    await whenAvailable(opened)
    expect(await stands(opened)).toEqual([0, 900, 0])
    await expect(borrow(opened, 101)).rejects.toThrow('refused')
    await opened.store.report(holder, 1, [
      { counter: tokens, slot: 0, used: 0, released: 0, spare: 0 },
    ])
  })

  it('names what is wrong with the user, without the secret', async () => {
    await using locked = await startRedisServer(['--requirepass', 'the-password'])
    const url = `redis://:a-wrong-secret@127.0.0.1:${locked.port}`
    const opened = open(url)
    const message = await failure(borrow(opened, 1))
    expect(message).toContain('correct the URL in the Secret')
    expect(await failure(borrow(open(locked.url), 1))).toContain('wants a password')
    opened.link.use(`redis://:the-password@127.0.0.1:${locked.port}`)
    await whenAvailable(opened)
    await borrow(opened, 1)
  })

  it('is left for another when the URL changes, and no call fails', async () => {
    await using other = await startRedisServer()
    const opened = open(server.url)
    await borrow(opened, 10)
    const calls: Promise<unknown>[] = []
    for (let call = 0; call < 50; call++) {
      if (call === 20) opened.link.use('redis://127.0.0.1:1')
      if (call === 30) opened.link.use(other.url)
      calls.push(borrow(opened, 1))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(calls)
    const there = open(other.url)
    // All that its holder has came with it.
    await expect.poll(() => stands(there), { timeout: 5000 }).toEqual([0, 60, 0])
    expect(opened.told).toEqual([])
  })

  it('is not hammered with connections while its memory is full, and serves when it is not', async () => {
    await using full = await startRedisServer()
    const opened = open(full.url)
    const slot = await borrow(opened, 10)
    const { Redis } = await import('ioredis')
    const admin = new Redis(full.port)
    await admin.config('SET', 'maxmemory', '1')
    const connections = async () => {
      const info = await admin.info('stats')
      return Number(/total_connections_received:(\d+)/.exec(info)?.[1])
    }
    const before = await connections()
    const beganMs = performance.now()
    const messages = new Set<string>()
    while (performance.now() - beganMs < 1000) messages.add(await failure(borrow(opened, 1)))
    expect([...messages]).toEqual([
      'Redis cannot be used: Redis has no memory left: raise its maxmemory.',
    ])
    expect(opened.told).toHaveLength(1)
    expect((await connections()) - before).toBeLessThan(10)
    await admin.config('SET', 'maxmemory', '0')
    admin.disconnect()
    await whenAvailable(opened)
    await opened.store.report(holder, 1, [
      { counter: tokens, slot, used: 5, released: 10, spare: 0 },
    ])
    expect(await stands(opened)).toEqual([5, 0, 0])
  })

  it('runs scripts again that somebody flushed', async () => {
    const opened = open(server.url)
    await borrow(opened, 1)
    const { Redis } = await import('ioredis')
    const admin = new Redis(server.port)
    await admin.script('FLUSH')
    admin.disconnect()
    await borrow(opened, 1)
    expect(await stands(opened)).toEqual([0, 2, 0])
    expect(opened.told).toEqual([])
  })

  it('says when its Secret has no URL, or none of ours', async () => {
    expect(await failure(borrow(open(undefined), 1))).toContain('its Secret has no URL')
    expect(await failure(borrow(open('redis+cluster://secret'), 1))).toContain('Clusters')
  })
})
