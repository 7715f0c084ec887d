import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../test-support/eventually.ts'
import { MemorySocket } from '../test-support/memory-socket.ts'
import { TestExchange, TestOrigin } from '../test-support/test-origin.ts'
import { ConnectionLost, ConnectTimeout, PoolClosed } from './client-errors.ts'
import type { ConnectionPool } from './connection-pool.ts'

let origin: TestOrigin
let pools: ConnectionPool[]

beforeEach(async () => {
  origin = await TestOrigin.start()
  pools = []
})
afterEach(async () => {
  for (const pool of pools) pool.destroy()
  await origin.stop()
  // Nothing is left that would keep a process alive.
  expect(origin.clock.pendingTimers).toBe(0)
})

function poolOf(...options: Parameters<TestOrigin['pool']>): ConnectionPool {
  const pool = origin.pool(...options)
  pools.push(pool)
  return pool
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** Sends a request and has it answered on the connection of this index. */
async function serve(pool: ConnectionPool, index: number, response = ok): Promise<string> {
  const exchange = new TestExchange(pool)
  const peer = await origin.peer(index)
  const before = peer.received.length
  await peer.until(({ received }) => received.indexOf('\r\n\r\n', before) !== -1)
  peer.send(response)
  return exchange.done()
}

describe('connections', () => {
  test('are used again', async () => {
    const pool = poolOf()
    for (let count = 0; count < 3; count += 1) expect(await serve(pool, 0)).toBe('ok')
    expect(origin.peers).toHaveLength(1)
  })

  test('the one used last is used first', async () => {
    const pool = poolOf()
    const both = [new TestExchange(pool), new TestExchange(pool)]
    const first = await origin.peer(0)
    const second = await origin.peer(1)
    await first.until(({ received }) => received !== '')
    await second.until(({ received }) => received !== '')
    second.send(ok)
    await eventually(() => both.some(({ ended }) => ended))
    first.send(ok)
    await Promise.all(both.map((one) => one.done()))
    expect(await serve(pool, 0)).toBe('ok')
    expect(first.received.match(/GET/g)).toHaveLength(2)
    expect(second.received.match(/GET/g)).toHaveLength(1)
  })

  test('are no more than allowed; others wait in order', async () => {
    const pool = poolOf({ connectionsMax: 2 })
    const exchanges = ['/0', '/1', '/2', '/3', '/4'].map((path) => new TestExchange(pool, { path }))
    exchanges[3]?.exchange.abort()
    const paths: string[] = []
    const first = await origin.peer(0)
    const second = await origin.peer(1)
    await second.until(({ received }) => received !== '')
    for (const path of ['/0', '/2', '/4']) {
      await first.until(({ received }) => received.includes(`GET ${path}`))
      paths.push(path)
      first.send(ok)
    }
    second.send(ok)
    for (const index of [0, 1, 2, 4]) await exchanges[index]?.done()
    expect(origin.peers).toHaveLength(2)
    expect(first.received + second.received).not.toContain('/3')
    expect(exchanges[3]).toMatchObject({ ended: false, error: undefined })
  })

  test('are closed by the server while idle: the next request opens another', async () => {
    const pool = poolOf()
    await serve(pool, 0)
    const first = await origin.peer(0)
    first.finish()
    await first.closed()
    expect(await serve(pool, 1)).toBe('ok')
  })

  test('on which something comes unasked are closed', async () => {
    const pool = poolOf()
    await serve(pool, 0)
    const first = await origin.peer(0)
    first.send('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n')
    await first.closed()
    expect(await serve(pool, 1)).toBe('ok')
  })

  test('on which an answer comes before the request has been sent are closed', async () => {
    const socket = new MemorySocket()
    let receive = (_bytes: Buffer): void => {}
    const pool = poolOf({
      connectionsMax: 1,
      connect: () =>
        Promise.resolve({
          socket: socket.asSocket(),
          onBytes(listener) {
            receive = listener
          },
        }),
    })
    const first = new TestExchange(pool)
    await eventually(() => socket.written.includes('GET'))
    receive(Buffer.from(ok))
    expect(await first.done()).toBe('ok')
    const second = new TestExchange(pool)
    receive(Buffer.from(ok))
    const error: unknown = await second.done().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ConnectionLost', wasStale: true })
    expect(socket.written.match(/GET/g)).toHaveLength(1)
  })

  test('with more than the response are closed', async () => {
    const pool = poolOf()
    expect(await serve(pool, 0, `${ok}HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad`)).toBe('ok')
    expect(await serve(pool, 1)).toBe('ok')
  })

  test('that the server wants to close are closed', async () => {
    const pool = poolOf()
    await serve(pool, 0, 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
    await (await origin.peer(0)).closed()
    await serve(pool, 1, 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok')
    await (await origin.peer(1)).closed()
  })

  test('that were paused with the last bytes are used again', async () => {
    const pool = poolOf()
    const paused = new TestExchange(pool)
    paused.onPiece = () => paused.exchange.pause()
    const peer = await origin.peer(0)
    await peer.until(({ received }) => received !== '')
    peer.send(ok)
    await paused.done()
    expect(await serve(pool, 0)).toBe('ok')
    paused.exchange.pause()
    paused.exchange.resume()
    expect(await serve(pool, 0)).toBe('ok')
  })
})

describe('idle connections', () => {
  test('are closed after a while', async () => {
    const pool = poolOf({ idleMs: 30_000 })
    await serve(pool, 0)
    const first = await origin.peer(0)
    await origin.clock.advance(60_000)
    await first.closed()
    expect(origin.clock.pendingTimers).toBe(0)
  })

  test('are not used when they are old, though nobody has closed them yet', async () => {
    const pool = poolOf({ idleMs: 30_000 })
    await serve(pool, 0)
    await origin.clock.advance(10_000)
    await serve(pool, 0)
    await origin.clock.advance(29_999)
    await serve(pool, 0)
    await origin.clock.advance(29_999)
    await origin.clock.advance(1)
    expect(await serve(pool, 1)).toBe('ok')
  })

  test('are given up a second before the server closes them', async () => {
    const pool = poolOf({ idleMs: 30_000 })
    const hint = 'HTTP/1.1 200 OK\r\nKeep-Alive: max=9, timeout=5\r\nContent-Length: 2\r\n\r\nok'
    await serve(pool, 0, hint)
    await origin.clock.advance(3_999)
    await serve(pool, 0, hint)
    await origin.clock.advance(4_000)
    await serve(pool, 1, hint.replace('=5', '=1'))
    await (await origin.peer(1)).closed()
  })
})

describe('a connection that is lost', () => {
  async function lost(pool: ConnectionPool, index: number, response: string, reset = false) {
    const exchange = new TestExchange(pool)
    const peer = await origin.peer(index)
    const before = peer.received.length
    await peer.until(({ received }) => received.length > before)
    peer.send(response)
    if (reset) peer.socket.resetAndDestroy()
    else peer.finish()
    const error: unknown = await exchange.done().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConnectionLost)
    return error as ConnectionLost
  }

  test('was stale if it had served before, and nothing came', async () => {
    const pool = poolOf()
    await serve(pool, 0)
    expect((await lost(pool, 0, '')).wasStale).toBe(true)
    await serve(pool, 1)
    expect((await lost(pool, 1, '', true)).wasStale).toBe(true)
  })

  test('was stale: the other idle ones are not used any more', async () => {
    const pool = poolOf()
    const both = [new TestExchange(pool), new TestExchange(pool)]
    for (const index of [0, 1]) {
      const peer = await origin.peer(index)
      await peer.until(({ received }) => received !== '')
      peer.send(ok)
    }
    await Promise.all(both.map((one) => one.done()))
    const exchange = new TestExchange(pool)
    const usedAgain = () =>
      origin.peers.find(({ received }) => received.match(/GET/g)?.length === 2)
    await eventually(() => usedAgain() !== undefined)
    usedAgain()?.finish()
    await expect(exchange.done()).rejects.toThrow(ConnectionLost)
    expect(await serve(pool, 2)).toBe('ok')
    for (const peer of origin.peers.slice(0, 2)) await peer.closed()
  })

  test('was not stale if the server had a second to read the request', async () => {
    const pool = poolOf()
    await serve(pool, 0)
    const exchange = new TestExchange(pool)
    const peer = await origin.peer(0)
    await peer.until(({ received }) => received.match(/GET/g)?.length === 2)
    await origin.clock.advance(1_000)
    peer.finish()
    await expect(exchange.done()).rejects.toMatchObject({ wasStale: false })
  })

  test('was not stale if it is new', async () => {
    const pool = poolOf()
    expect((await lost(pool, 0, '')).wasStale).toBe(false)
    const error = await lost(pool, 1, '', true)
    expect(error.wasStale).toBe(false)
    expect(error.cause).toMatchObject({ code: 'ECONNRESET' })
  })

  test.each([
    'H',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok',
  ])('was not stale if %j came', async (response) => {
    const pool = poolOf()
    await serve(pool, 0)
    expect((await lost(pool, 0, response)).wasStale).toBe(false)
  })
})

describe('connecting', () => {
  test('takes no longer than allowed', async () => {
    const connect = origin.connector({
      origin: 'http://slow.example',
      lookup: () => {},
      timeoutMs: 5_000,
    })
    const pool = poolOf({ connect })
    const exchange = new TestExchange(pool)
    await origin.clock.timerOf(5_000)
    await origin.clock.advance(4_999)
    expect(exchange.error).toBeUndefined()
    await origin.clock.advance(1)
    await expect(exchange.done()).rejects.toThrow(ConnectTimeout)
  })

  test('fails with the error of the system, one request for each attempt', async () => {
    const { port } = origin
    const refusing = await TestOrigin.start()
    const refused = refusing.port
    await refusing.stop()
    expect(refused).not.toBe(port)
    const connect = origin.connector({ origin: `http://127.0.0.1:${refused}` })
    const pool = poolOf({ connect, connectionsMax: 2 })
    const exchanges = [1, 2, 3].map(() => new TestExchange(pool))
    for (const exchange of exchanges) await expect(exchange.done()).rejects.toThrow('ECONNREFUSED')
  })

  test('fails with what the lookup says', async () => {
    const connect = origin.connector({
      origin: 'http://denied.example',
      lookup: (_host, _options, done) => done(new Error('denied'), []),
    })
    await expect(new TestExchange(poolOf({ connect })).done()).rejects.toThrow('denied')
  })
})

describe('aborting', () => {
  test('while connecting: the connection serves the next', async () => {
    const pool = poolOf()
    const aborted = new TestExchange(pool, { path: '/aborted' })
    aborted.exchange.abort()
    aborted.exchange.abort()
    expect(await serve(pool, 0)).toBe('ok')
    expect((await origin.peer(0)).received).not.toContain('/aborted')
    expect(aborted).toMatchObject({ ended: false, error: undefined })
  })

  test('while waiting for the answer, and while it comes, closes the connection', async () => {
    const pool = poolOf()
    for (const [index, response] of [
      '',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok',
    ].entries()) {
      const aborted = new TestExchange(pool)
      const peer = await origin.peer(index)
      await peer.until(({ received }) => received !== '')
      peer.send(response)
      if (response !== '') await eventually(() => aborted.body === 'ok')
      aborted.exchange.abort()
      await peer.closed()
      expect(aborted).toMatchObject({ ended: false, error: undefined })
    }
  })

  test('from within the answer', async () => {
    const aborted = new TestExchange(poolOf())
    aborted.onPiece = () => aborted.exchange.abort()
    const peer = await origin.peer(0)
    peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n')
    await peer.closed()
    expect(aborted).toMatchObject({ body: 'a', ended: false, error: undefined })
  })
})

describe('closing the pool', () => {
  test('closes idle connections; exchanges under way and those that wait are finished', async () => {
    const pool = poolOf({ connectionsMax: 1 })
    const [running, waiting] = [new TestExchange(pool), new TestExchange(pool)]
    const peer = await origin.peer(0)
    await peer.until(({ received }) => received !== '')
    pool.close()
    await expect(new TestExchange(pool).done()).rejects.toThrow(PoolClosed)
    peer.send(ok)
    await running?.done()
    await peer.until(({ received }) => received.match(/GET/g)?.length === 2)
    peer.send(ok)
    await waiting?.done()
    await peer.closed()
  })

  test('destroying it fails them all', async () => {
    const pool = poolOf({ connectionsMax: 1 })
    const [running, waiting] = [new TestExchange(pool), new TestExchange(pool)]
    const peer = await origin.peer(0)
    await peer.until(({ received }) => received !== '')
    pool.destroy()
    await expect(running?.done()).rejects.toThrow(ConnectionLost)
    await expect(waiting?.done()).rejects.toThrow(PoolClosed)
    await peer.closed()
  })
})
