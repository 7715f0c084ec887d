import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MessageError } from '../message/message-error.ts'
import { eventually } from '../test-support/eventually.ts'
import { TestExchange, TestOrigin } from '../test-support/test-origin.ts'
import { ConnectionLost } from './client-errors.ts'
import type { ClientRequest } from './client-request.ts'
import type { ConnectionPool } from './connection-pool.ts'

let origin: TestOrigin
let pool: ConnectionPool

beforeEach(async () => {
  origin = await TestOrigin.start()
  pool = origin.pool()
})
afterEach(async () => {
  pool.destroy()
  await origin.stop()
})

/** A request that is answered with these pieces, each sent when the one before has gone. */
async function answeredWith(pieces: readonly string[], finish = false): Promise<TestExchange> {
  const exchange = new TestExchange(pool)
  const index = origin.peers.length
  const peer = await origin.peer(index)
  await peer.until(({ received }) => received !== '')
  for (const piece of pieces) {
    peer.send(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (finish) peer.finish()
  await exchange.done().catch(() => {})
  return exchange
}

/** The text as a whole, byte by byte, and cut in two at every place. */
function cuts(text: string): string[][] {
  const two = Array.from(text, (_, place) => [text.slice(0, place), text.slice(place)])
  return [text.split(''), ...two.map((pieces) => pieces.filter((piece) => piece !== ''))]
}

describe('a request', () => {
  async function sent(request: Partial<ClientRequest>): Promise<string> {
    const exchange = new TestExchange(pool, request)
    const peer = await origin.peer(0)
    await peer.until(({ received }) => received.includes('\r\n\r\n'))
    peer.send('HTTP/1.1 204 No Content\r\n\r\n')
    await exchange.done()
    return peer.received
  }

  test('with a body has its length', async () => {
    const body = Buffer.from('hello')
    const headers = ['x-a', 'b', 'x-c', 'd\xe9']
    expect(await sent({ method: 'POST', path: '/x?y', headers, body })).toBe(
      'POST /x?y HTTP/1.1\r\nhost: origin.example\r\nconnection: keep-alive\r\n' +
        'x-a: b\r\nx-c: d\xe9\r\ncontent-length: 5\r\n\r\nhello',
    )
  })

  test.each([
    ['GET', false],
    ['POST', true],
  ])('%s without a body: whether it says so is %j', async (method, says) => {
    expect((await sent({ method })).includes('content-length: 0\r\n')).toBe(says)
  })

  test.each([
    [{ headers: ['x', 'a\r\nhost: b'] }],
    [{ headers: ['x', 'a\0'] }],
    [{ headers: ['x y', 'a'] }],
    [{ headers: ['x\r\n', 'a'] }],
    [{ headers: ['Content-Length', '5'] }],
    [{ headers: ['transfer-encoding', 'chunked'] }],
    [{ headers: ['HOST', 'b'] }],
    [{ headers: ['connection', 'close'] }],
    [{ path: '/a b' }],
    [{ path: '/a\r\n' }],
    [{ path: '/\xe9' }],
    [{ path: '/#a' }],
    [{ path: '' }],
    [{ method: 'GET / HTTP/1.1\r\nX:' }],
    [{ method: '' }],
  ])('that is %j is refused, and nothing is sent', async (request) => {
    const exchange = new TestExchange(pool, request)
    expect(exchange.error).toBeUndefined()
    await expect(exchange.done()).rejects.toThrow(TypeError)
    expect(await sent({})).toMatch(/^GET \/ HTTP/)
    expect(origin.peers).toHaveLength(1)
  })
})

describe('a response that is cut anywhere is the same', () => {
  test.each([
    ['by its length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', false],
    [
      'by chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a\r\nllo\r\n0\r\nA: b\r\n\r\n',
      false,
    ],
    ['by the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nhello', true],
    [
      'after interim responses',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      false,
    ],
  ])('%s', async (_, text, finish) => {
    for (const pieces of cuts(text)) {
      const exchange = await answeredWith(pieces, finish)
      expect(exchange).toMatchObject({ status: 200, body: 'hello', ended: true })
      pool.destroy()
      pool = origin.pool()
    }
  })

  test('without a body', async () => {
    const exchange = await answeredWith(['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'])
    expect(exchange).toMatchObject({ status: 304, body: '', ended: true })
  })

  test('to HEAD', async () => {
    const exchange = new TestExchange(pool, { method: 'HEAD' })
    const peer = await origin.peer(0)
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')
    expect(await exchange.done()).toBe('')
  })
})

describe('a response that is cut short fails', () => {
  test.each([
    ['Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
  ])('%s', async (_, text) => {
    for (let length = 0; length < text.length; length += 1) {
      const exchange = await answeredWith([text.slice(0, length)], true)
      expect(exchange.ended).toBe(false)
      expect(exchange.error).toBeInstanceOf(ConnectionLost)
    }
  })

  test('a body that ends with its connection, if that is reset', async () => {
    const exchange = new TestExchange(pool)
    const peer = await origin.peer(0)
    peer.send('HTTP/1.1 200 OK\r\n\r\nhel')
    await eventually(() => exchange.body === 'hel')
    peer.socket.resetAndDestroy()
    await expect(exchange.done()).rejects.toThrow(ConnectionLost)
  })
})

describe('a response that is malformed fails, and the connection is closed', () => {
  test.each([
    'ICY 200 OK\r\n\r\n',
    'HTTP/2.0 200 OK\r\n\r\n',
    'HTTP/1.1 99 x\r\n\r\n',
    'HTTP/1.1 200 OK\nContent-Length: 0\n\n',
    '<html>\r\n\r\n',
    '\x15\x03\x01\0\x02\x02\x0a',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    'HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n',
    'HTTP/1.1 200 OK\r\nA : b\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: \0\r\n\r\n',
    `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(17_000)}`,
    `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(129)}\r\n`,
  ])('%j', async (text) => {
    const exchange = await answeredWith([text])
    expect(exchange.error).toBeInstanceOf(MessageError)
    await origin.peers.at(-1)?.closed()
  })
})

test('an answer that comes before the request has been sent is read, and the connection closed', async () => {
  const exchange = new TestExchange(pool, { method: 'POST', body: Buffer.alloc(64 * 2 ** 20) })
  const peer = await origin.peer(0)
  peer.socket.pause()
  peer.send('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno')
  expect(await exchange.done()).toBe('no')
  expect(exchange.status).toBe(413)
  peer.socket.resume()
  await peer.closed()
})

test('a reader that pauses slows the server down', async () => {
  const length = 64 * 2 ** 20
  const exchange = new TestExchange(pool)
  exchange.onPiece = () => exchange.exchange.pause()
  const peer = await origin.peer(0)
  peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`)
  peer.send(Buffer.alloc(length))
  await eventually(() => exchange.body !== '')
  const { length: read } = exchange.body
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  expect(exchange.body).toHaveLength(read)
  expect(peer.socket.writableLength).toBeGreaterThan(0)
  exchange.onPiece = undefined
  exchange.exchange.resume()
  expect((await exchange.done()).length).toBe(length)
})
