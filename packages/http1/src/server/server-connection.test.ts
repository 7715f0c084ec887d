import { afterEach, describe, expect, test } from 'vitest'
import { eventually } from '../test-support/eventually.ts'
import { answer, bodyLimitBytes, get, post, TestServer } from '../test-support/test-server.ts'
import { HttpServer } from './http-server.ts'
import type { ServerRequest } from './server-request.ts'
import type { ServerResponse } from './server-response.ts'

let server: TestServer
afterEach(() => server.stop())

/** Requests that wait for the test to answer them. */
class Waiting {
  readonly requests: { readonly request: ServerRequest; readonly response: ServerResponse }[] = []
  readonly handler = (request: ServerRequest, response: ServerResponse): void => {
    this.requests.push({ request, response })
  }

  async response(index: number): Promise<ServerResponse> {
    await eventually(() => this.requests.length > index)
    const found = this.requests[index]
    if (found === undefined) throw new Error('there is no such request')
    return found.response
  }
}

describe('a caller that closes its side', () => {
  test.each([
    ['before a request', '', []],
    ['in the head', 'GET / HT', [400]],
    ['after an empty line', '\r\n', []],
    ['in the body', post('hello').slice(0, -1), [400]],
    [
      'in a chunk',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe',
      [400],
    ],
    ['after a request', get('/'), [200]],
    ['after two', get('/') + post('hello'), [200, 200]],
  ])('%s', async (_, bytes, statuses) => {
    server = await TestServer.start()
    const caller = await server.connect()
    caller.send(bytes).finish()
    await caller.closed()
    expect(caller.statuses).toEqual(statuses)
  })

  test('is answered, and asked meanwhile whether it still reads', async () => {
    const waiting = new Waiting()
    server = await TestServer.start(waiting.handler)
    const caller = await server.connect()
    caller.send(get('/')).finish()
    const response = await waiting.response(0)
    await caller.until(({ received }) => received.includes('100 Continue'))
    await server.clock.advance(60_000)
    answer(response, 200, 'hello')
    expect((await caller.closed()).replaceAll('HTTP/1.1 100 Continue\r\n\r\n', '')).toMatch(
      /^HTTP\/1\.1 200 OK\r\n[^]*hello$/,
    )
    expect(caller.statuses.filter((status) => status === 100)).toHaveLength(10)
  })

  test('is noticed when it has left', async () => {
    const waiting = new Waiting()
    server = await TestServer.start(waiting.handler)
    const caller = await server.connect()
    caller.send(get('/'))
    const response = await waiting.response(0)
    let left = false
    response.onClose(() => (left = true))
    caller.socket.destroy()
    await eventually(() => left)
    expect(response.closed).toBe(true)
    expect(response.write('x')).toBeUndefined()
  })

  test('in the middle of an answer has left', async () => {
    const waiting = new Waiting()
    server = await TestServer.start(waiting.handler)
    const caller = await server.connect()
    caller.send(get('/'))
    const response = await waiting.response(0)
    response.start(200, [])
    void response.write('hello')
    await caller.until(({ received }) => received.includes('hello'))
    caller.finish()
    await eventually(() => response.closed)
  })
})

describe('pipelining', () => {
  const requests = [
    get('/1'),
    post('hello'),
    get('/3'),
    post('0\r\n\r\n'),
    get('/5', 'Connection: close'),
  ]

  test('cut at every byte, answered in order', async () => {
    server = await TestServer.start()
    const bytes = requests.join('')
    const whole = ['', 'hello', '', '0\r\n\r\n', '']
    for (let place = 0; place < bytes.length; place += 1) {
      server.seen.length = 0
      const caller = await server.connect()
      caller.send(bytes.slice(0, place))
      if (place % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
      caller.send(bytes.slice(place))
      const received = await caller.closed()
      expect(received.split(/HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\n/).slice(1)).toEqual(whole)
      expect(server.seen).toEqual(['GET /1', 'POST /x', 'GET /3', 'POST /x', 'GET /5'])
    }
  })

  test('byte by byte', async () => {
    server = await TestServer.start()
    const caller = await server.connect()
    for (const byte of requests.join('')) {
      caller.send(byte)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await caller.closed()
    expect(caller.statuses).toEqual([200, 200, 200, 200, 200])
  })

  test('a hundred at once, one at a time', async () => {
    const waiting = new Waiting()
    server = await TestServer.start(waiting.handler)
    const caller = await server.connect()
    caller.send(Array.from({ length: 100 }, (_, index) => get(`/${index}`)).join(''))
    for (let index = 0; index < 100; index += 1) {
      const response = await waiting.response(index)
      expect(server.seen).toHaveLength(index + 1)
      answer(response, 200, `<${index}>`)
    }
    await caller.until(({ received }) => received.endsWith('<99>'))
    const order = [...caller.received.matchAll(/<(\d+)>/g)].map(([, index]) => Number(index))
    expect(order).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  test('a thousand that are answered at once', async () => {
    server = await TestServer.start((_, response) => answer(response, 200, ''))
    const caller = await server.connect()
    caller.send(get('/').repeat(1_000))
    await caller.until(({ statuses }) => statuses.length === 1_000)
  })

  test('a caller that does not read holds its next request back', async () => {
    const length = 16 * 2 ** 20
    server = await TestServer.start((_, response) => answer(response, 200, 'x'.repeat(length)))
    const caller = await server.connect()
    caller.socket.pause()
    caller.send(get('/1') + get('/2'))
    await eventually(() => server.seen.length === 1)
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(server.seen).toEqual(['GET /1'])
    caller.socket.resume()
    await eventually(() => server.seen.length === 2)
    await caller.until(({ received }) => received.length > 2 * length)
  })
})

describe('Expect: 100-continue', () => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n'

  test('the caller is told to go on when the body is wanted', async () => {
    server = await TestServer.start()
    const caller = await server.connect()
    caller.send(`${head}Content-Length: 5\r\n\r\n`)
    await caller.until(({ received }) => received === 'HTTP/1.1 100 Continue\r\n\r\n')
    caller.send('hello')
    await caller.until(({ received }) => received.endsWith('hello'))
    expect(caller.statuses).toEqual([100, 200])
    expect(caller.received).toContain('connection: keep-alive')
  })

  test('not when it is too long, and then the connection is closed', async () => {
    server = await TestServer.start()
    const caller = await server.connect()
    caller.send(`${head}Content-Length: ${bodyLimitBytes + 1}\r\n\r\n`)
    expect(await caller.closed()).toContain('connection: close')
    expect(caller.statuses).toEqual([413])
  })

  test('not when there is none, when it has begun to come, or in HTTP/1.0', async () => {
    server = await TestServer.start()
    for (const bytes of [
      `${head}Content-Length: 0\r\n\r\n`,
      `${head}Content-Length: 5\r\n\r\nhello`,
      'POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello',
    ]) {
      const caller = await server.connect()
      caller.send(bytes).finish()
      await caller.closed()
      expect(caller.statuses.at(-1)).toBe(200)
    }
  })

  test('not in the middle of an answer', async () => {
    server = await TestServer.start((request, response) => {
      response.start(200, ['content-length', '2'])
      void response.write('a')
      request.body(100).catch(() => {})
      response.end('b')
    })
    const caller = await server.connect()
    caller.send(`${head}Content-Length: 5\r\n\r\n`)
    expect(await caller.closed()).toMatch(/\r\n\r\nab$/)
    expect(caller.statuses).toEqual([200])
  })
})

describe('a body that is too long', () => {
  test('is refused with an answer that reaches a caller that is still sending', async () => {
    server = await TestServer.start()
    const caller = await server.connect()
    const length = 8 * 2 ** 20
    caller.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`)
    for (let sent = 0; sent < length; sent += 2 ** 16) {
      caller.send('x'.repeat(2 ** 16))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await caller.closed()).toContain('HTTP/1.1 413 Content Too Large')
    expect(caller.statuses).toEqual([413])
  })

  test('is refused when it gets there, if it is chunked', async () => {
    server = await TestServer.start()
    const caller = await server.connect()
    caller.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    const chunk = `10000\r\n${'x'.repeat(2 ** 16)}\r\n`
    for (let sent = 0; sent <= bodyLimitBytes; sent += 2 ** 16) caller.send(chunk)
    await caller.closed()
    expect(caller.statuses).toEqual([413])
  })

  test('does not come at all while nobody reads it', async () => {
    const waiting = new Waiting()
    server = await TestServer.start(waiting.handler)
    const caller = await server.connect()
    const length = 64 * 2 ** 20
    caller.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`)
    caller.send('x'.repeat(length))
    await waiting.response(0)
    let before = -1
    while (before !== caller.socket.writableLength) {
      before = caller.socket.writableLength
      for (let turn = 0; turn < 200; turn += 1)
        await new Promise((resolve) => setImmediate(resolve))
    }
    // What the system holds is not ours; it is far less than the body.
    expect(caller.socket.writableLength).toBeGreaterThan(0)
    const { request } = waiting.requests[0] ?? {}
    expect((await request?.body(length))?.length).toBe(length)
  })
})

test('many small chunks take no more memory than their bytes', async () => {
  const bodies: Buffer[] = []
  server = await TestServer.start((request, response) => {
    void request.body(bodyLimitBytes).then((body) => {
      bodies.push(body)
      answer(response, 200, '')
    })
  })
  const caller = await server.connect()
  caller.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
  caller.send(`${'1\r\nx\r\n'.repeat(200_000)}0\r\n\r\n`)
  await caller.until(({ statuses }) => statuses.length === 1)
  expect(bodies[0]?.toString()).toBe('x'.repeat(200_000))
  expect(bodies[0]?.buffer.byteLength).toBeLessThan(500_000)
})

describe('HTTP/1.0', () => {
  const head = 'GET / HTTP/1.0\r\n'

  test('closes, unless asked to keep the connection', async () => {
    server = await TestServer.start()
    const caller = await server.connect()
    caller.send(`${head}Connection: keep-alive\r\n\r\n`)
    await caller.until(({ received }) => received.includes('connection: keep-alive'))
    caller.send(`${head}\r\n`)
    expect(await caller.closed()).toContain('connection: close')
    expect(caller.statuses).toEqual([200, 200])
  })

  test('a body of unknown length ends with the connection', async () => {
    server = await TestServer.start((_, response) => {
      response.start(200, [])
      void response.write('a')
      response.end('b')
    })
    const caller = await server.connect()
    caller.send(`${head}Connection: keep-alive\r\n\r\n`)
    const received = await caller.closed()
    expect(received).toMatch(/connection: close\r\n\r\nab$/)
    expect(received).not.toContain('chunked')
  })
})

describe('switching protocols', () => {
  const upgrade = get('/ws', 'Connection: Upgrade', 'Upgrade: websocket')

  test('hands the connection on, with what came after the request', async () => {
    server = await TestServer.start(undefined, {
      onUpgrade(head, socket, rest) {
        socket.write(`${head.upgrade} ${rest.toString()}`)
        socket.on('data', (piece: Buffer) => socket.end(piece))
        socket.on('end', () => socket.end())
      },
    })
    const caller = await server.connect()
    caller.send(`${upgrade}rest`)
    await caller.until(({ received }) => received === 'websocket rest')
    expect(server.server.connections).toBe(0)
    caller.send('echo')
    expect(await caller.closed()).toBe('websocket restecho')
    expect(server.seen).toEqual([])
  })

  test('is ignored by a server that cannot, and for a request with a body', async () => {
    server = await TestServer.start()
    const caller = await server.connect()
    caller.send(upgrade)
    await caller.until(({ statuses }) => statuses.length === 1)
    expect(caller.statuses).toEqual([200])
    await server.stop()
    server = await TestServer.start(undefined, { onUpgrade: (_, socket) => socket.destroy() })
    const other = await server.connect()
    other.send(post('hello', 'Connection: Upgrade', 'Upgrade: websocket'))
    await other.until(({ received }) => received.endsWith('hello'))
  })
})

test('connections over the limit are closed', async () => {
  server = await TestServer.start(undefined, { connectionsMax: 1 })
  const first = await server.connect()
  first.send(get('/'))
  await first.until(({ statuses }) => statuses.length === 1)
  const second = await server.connect()
  expect(await second.closed()).toBe('')
  first.send(get('/'))
  await first.until(({ statuses }) => statuses.length === 2)
})

describe('closing the server', () => {
  test('closes idle connections, and others after their answer', async () => {
    const waiting = new Waiting()
    server = await TestServer.start(waiting.handler)
    const idle = await server.connect()
    const active = await server.connect()
    const streaming = await server.connect()
    const unfinished = await server.connect()
    idle.send(get('/idle'))
    answer(await waiting.response(0), 200, '')
    await idle.until(({ statuses }) => statuses.length === 1)
    active.send(get('/active') + get('/never'))
    const activeResponse = await waiting.response(1)
    streaming.send(get('/streaming'))
    const streamingResponse = await waiting.response(2)
    streamingResponse.start(200, [])
    void streamingResponse.write('a')
    await streaming.until(({ received }) => received.includes('a'))
    unfinished.send(post('hello').slice(0, -1))
    const unfinishedResponse = await waiting.response(3)

    const closed = server.server.close()
    expect(server.server.close()).toBe(closed)
    await idle.closed()
    answer(activeResponse, 200, 'done')
    expect(await active.closed()).toContain('connection: close')
    streamingResponse.end('b')
    expect(await streaming.closed()).toMatch(/0\r\n\r\n$/)
    unfinished.send('o')
    answer(unfinishedResponse, 200, 'done')
    expect(await unfinished.closed()).toMatch(/done$/)
    await closed
    expect(server.seen).toEqual(['GET /idle', 'GET /active', 'GET /streaming', 'POST /x'])
    await expect(server.connect()).rejects.toThrow('ECONNREFUSED')
    expect(server.clock.pendingTimers).toBe(0)
  })

  test('when it is announced, answers say so, and callers that come still get one', async () => {
    const waiting = new Waiting()
    server = await TestServer.start(waiting.handler)
    const early = await server.connect()
    early.send(get('/idle'))
    answer(await waiting.response(0), 200, '')
    await early.until(({ statuses }) => statuses.length === 1)
    server.server.announceClose()
    const late = await server.connect()
    late.send(get('/late'))
    answer(await waiting.response(1), 200, 'done')
    expect(await late.closed()).toContain('connection: close')
    early.send(get('/last'))
    answer(await waiting.response(2), 200, 'done')
    expect(await early.closed()).toMatch(/connection: keep-alive[^]*connection: close/)
  })

  test('after answers, a caller who was promised an open connection has one more', async () => {
    const waiting = new Waiting()
    server = await TestServer.start(waiting.handler)
    const [idle, promised] = [await server.connect(), await server.connect()]
    promised.send(get('/stream'))
    const stream = await waiting.response(0)
    stream.start(200, [])
    void stream.write('a')
    await promised.until(({ received }) => received.includes('a'))
    idle.send(get('/idle'))
    answer(await waiting.response(1), 200, '')
    await idle.until(({ statuses }) => statuses.length === 1)

    const closed = server.server.closeAfterAnswers(5_000)
    await expect(server.connect()).rejects.toThrow('ECONNREFUSED')
    await server.clock.advance(4_000)
    expect(server.server.connections).toBe(2)
    stream.end('b')
    await promised.until(({ received }) => received.endsWith('0\r\n\r\n'))
    await server.clock.advance(2_000)
    expect(await idle.closed()).not.toContain('connection: close')
    promised.send(get('/last'))
    answer(await waiting.response(2), 200, 'done')
    expect(await promised.closed()).toMatch(/connection: close[^]*done$/)
    await closed
    expect(server.clock.pendingTimers).toBe(0)
  })

  test('after answers, idle connections can be closed sooner', async () => {
    server = await TestServer.start()
    const idle = await server.connect()
    idle.send(get('/'))
    await idle.until(({ statuses }) => statuses.length === 1)
    const closed = server.server.closeAfterAnswers(5_000)
    server.server.closeIdle()
    await idle.closed()
    await closed
  })

  test('rejects if it cannot listen', async () => {
    server = await TestServer.start()
    const other = new HttpServer(server.server.options)
    const taken = { host: '127.0.0.1', port: server.port }
    await expect(other.listen(taken)).rejects.toThrow('EADDRINUSE')
  })
})
