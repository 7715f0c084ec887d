import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { selfSignedCertificate } from '../test-support/certificate.ts'
import { eventually } from '../test-support/eventually.ts'
import { TestExchange, TestOrigin } from '../test-support/test-origin.ts'

const certificate = selfSignedCertificate()
let origin: TestOrigin

beforeAll(async () => {
  origin = await TestOrigin.start(certificate)
})
afterAll(() => origin.stop())

test('a certificate that is not trusted is refused', async () => {
  const pool = origin.pool()
  await expect(new TestExchange(pool).done()).rejects.toMatchObject({
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  })
  pool.destroy()
})

test('requests go over TLS, and its sessions are resumed', async () => {
  origin.peers.length = 0
  const connect = origin.connector({ tls: { ca: certificate.cert } })
  const reused: boolean[] = []
  const pool = origin.pool({
    async connect() {
      const opened = await connect()
      // Only an open socket knows.
      if (opened.socket instanceof TLSSocket) reused.push(opened.socket.isSessionReused())
      return opened
    },
  })
  const close = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'
  for (const index of [0, 1]) {
    const exchange = new TestExchange(pool, { method: 'POST', body: Buffer.from('hello') })
    const peer = await origin.peer(index)
    await peer.until(({ received }) => received.endsWith('hello'))
    // The ticket comes with the first bytes of the server.
    peer.send(close)
    expect(await exchange.done()).toBe('ok')
  }
  expect(reused).toEqual([false, true])
  pool.destroy()
})

test('a connection is used again', async () => {
  origin.peers.length = 0
  const pool = origin.pool({ connect: origin.connector({ tls: { ca: certificate.cert } }) })
  for (let count = 1; count <= 2; count += 1) {
    const exchange = new TestExchange(pool)
    const peer = await origin.peer(0)
    await peer.until(({ received }) => received.match(/GET/g)?.length === count)
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    expect(await exchange.done()).toBe('ok')
  }
  expect(origin.peers).toHaveLength(1)
  pool.destroy()
})

test('a handshake takes no longer than allowed', async () => {
  const silent = await TestOrigin.start()
  const connect = silent.connector({ origin: `https://127.0.0.1:${silent.port}`, timeoutMs: 5_000 })
  const pool = silent.pool({ connect })
  const exchange = new TestExchange(pool)
  const peer = await silent.peer(0)
  await eventually(() => peer.received !== '')
  await silent.clock.advance(5_000)
  await expect(exchange.done()).rejects.toThrow('not established within 5000 ms')
  pool.destroy()
  await silent.stop()
})
