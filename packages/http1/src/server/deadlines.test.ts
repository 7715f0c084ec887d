import { afterEach, expect, test } from 'vitest'
import { eventually } from '../test-support/eventually.ts'
import { answer, get, post, TestServer } from '../test-support/test-server.ts'
import { defaultTimeouts } from './server-options.ts'

const { headMs, bodyMs, idleMs, flushMs, lingerMs } = defaultTimeouts
/** Deadlines are looked at once a second. */
const sweepMs = 1_000

let server: TestServer
afterEach(() => server.stop())

test('a connection that says nothing is closed', async () => {
  server = await TestServer.start()
  const caller = await server.connect()
  await eventually(() => server.server.connections === 1)
  await server.clock.advance(headMs - sweepMs)
  expect(server.server.connections).toBe(1)
  await server.clock.advance(2 * sweepMs)
  expect(await caller.closed()).toBe('')
})

test('a head that does not come is answered with 408', async () => {
  server = await TestServer.start()
  const caller = await server.connect()
  caller.send(`${get('/first')}GET /sec`)
  await caller.until(({ statuses }) => statuses.length === 1)
  for (let sentMs = 0; sentMs < headMs - sweepMs; sentMs += sweepMs) {
    caller.send('x')
    await server.clock.advance(sweepMs)
  }
  expect(caller.statuses).toEqual([200])
  await server.clock.advance(2 * sweepMs)
  expect(await caller.closed()).toContain('HTTP/1.1 408 Request Timeout')
  expect(server.seen).toEqual(['GET /first'])
})

test('empty lines do not keep a connection open', async () => {
  server = await TestServer.start()
  const caller = await server.connect()
  caller.send(`${get('/first')}\r\n\r`)
  await caller.until(({ statuses }) => statuses.length === 1)
  let waitedMs = 0
  for (; server.server.connections === 1 && waitedMs < 2 * idleMs; waitedMs += sweepMs) {
    caller.send('\n\r')
    await server.clock.advance(sweepMs)
  }
  expect(await caller.closed()).not.toContain('408')
  expect(waitedMs).toBeLessThanOrEqual(idleMs + 2 * sweepMs)
})

test('an idle connection is closed without a word', async () => {
  server = await TestServer.start()
  const caller = await server.connect()
  caller.send(get('/'))
  await caller.until(({ statuses }) => statuses.length === 1)
  const { received } = caller
  expect(received).toContain('connection: keep-alive\r\nkeep-alive: timeout=75\r\n')
  await server.clock.advance(idleMs - sweepMs)
  expect(server.server.connections).toBe(1)
  await server.clock.advance(2 * sweepMs)
  expect(await caller.closed()).toBe(received)
})

test('a body that does not come is answered with 408', async () => {
  server = await TestServer.start()
  const caller = await server.connect()
  caller.send(post('hello').slice(0, -1))
  await eventually(() => server.seen.length === 1)
  await server.clock.advance(bodyMs - sweepMs)
  expect(caller.statuses).toEqual([])
  await server.clock.advance(2 * sweepMs)
  const received = await caller.closed()
  expect(received).toContain('HTTP/1.1 408 Request Timeout')
  expect(received).toContain('connection: close')
})

test('a body that comes too late is not handed on, not even to a reader that is later', async () => {
  let read: (() => Promise<Buffer>) | undefined
  server = await TestServer.start((request) => (read = () => request.body(100)))
  const caller = await server.connect()
  caller.send(post('hello').slice(0, -1))
  await eventually(() => read !== undefined)
  await server.clock.advance(bodyMs + sweepMs)
  caller.send('o')
  // A chance for it to arrive; whether it does makes no difference.
  await server.clock.advance(sweepMs)
  await expect(read?.()).rejects.toThrow('The body of the request did not come in time.')
})

test('a body that nobody wants yet is not late', async () => {
  let read: (() => Promise<Buffer>) | undefined
  server = await TestServer.start((request) => (read = () => request.body(100)))
  const caller = await server.connect()
  const expecting = post('hello', 'Expect: 100-continue')
  caller.send(expecting.slice(0, -5))
  await eventually(() => read !== undefined)
  await server.clock.advance(2 * bodyMs)
  const body = read?.()
  await caller.until(({ received }) => received.includes('100 Continue'))
  await server.clock.advance(bodyMs - sweepMs)
  caller.send('hello')
  expect(String(await body)).toBe('hello')
})

test('a caller that does not read is given up', async () => {
  server = await TestServer.start((_, response) => answer(response, 200, 'x'.repeat(32 * 2 ** 20)))
  const caller = await server.connect()
  caller.socket.pause()
  caller.send(get('/'))
  await eventually(() => server.seen.length === 1)
  await server.clock.advance(flushMs - sweepMs)
  expect(server.server.connections).toBe(1)
  await server.clock.advance(3 * sweepMs)
  await eventually(() => server.server.connections === 0)
})

test.each(['keep-alive', 'close'])(
  'a caller that reads slowly gets all of it, Connection: %s',
  async (connection) => {
    const length = 24 * 2 ** 20
    server = await TestServer.start((_, response) => answer(response, 200, 'x'.repeat(length)))
    const caller = await server.connect()
    let receivedBytes = 0
    caller.socket.removeAllListeners('data')
    caller.socket.on('data', (piece: Buffer) => {
      receivedBytes += piece.length
      caller.socket.pause()
    })
    caller.send(get('/', `Connection: ${connection}`))
    await eventually(() => receivedBytes > 0)
    while (receivedBytes < length) {
      const wantedBytes = Math.min(receivedBytes + 2 ** 20, length)
      while (receivedBytes < wantedBytes) {
        const before = receivedBytes
        caller.socket.resume()
        await eventually(() => receivedBytes > before)
      }
      // It takes longer, in all, than any deadline.
      await server.clock.advance(10 * sweepMs)
    }
    expect(receivedBytes).toBeGreaterThanOrEqual(length)
  },
)

test('a connection that the caller does not close is closed after a while', async () => {
  server = await TestServer.start()
  const caller = await server.connect()
  caller.send(get('/', 'Connection: close'))
  await caller.until(({ statuses }) => statuses.length === 1)
  await server.clock.advance(lingerMs - 2 * sweepMs)
  expect(server.server.connections).toBe(1)
  await server.clock.advance(4 * sweepMs)
  await eventually(() => server.server.connections === 0)
  await caller.closed()
})
