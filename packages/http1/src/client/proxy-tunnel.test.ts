import { connect } from 'node:net'
import { TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { selfSignedCertificate } from '../test-support/certificate.ts'
import { eventually } from '../test-support/eventually.ts'
import { TestExchange, TestOrigin } from '../test-support/test-origin.ts'
import type { TestPeer } from '../test-support/test-peer.ts'
import { TunnelError } from './client-errors.ts'
import type { ConnectOptions } from './connect.ts'

const certificate = selfSignedCertificate()
const opened = 'HTTP/1.1 200 Connection established\r\n\r\n'
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

async function startOrigin(tls?: typeof certificate): Promise<TestOrigin> {
  const origin = await TestOrigin.start(tls)
  onTestFinished(() => origin.stop())
  return origin
}

const urlOf = ({ port }: TestOrigin) => `http://127.0.0.1:${port}`

/** A pool to an origin through a proxy; the clock is the proxy's. */
function poolThrough(proxy: TestOrigin, options: Partial<ConnectOptions> = {}) {
  const pool = proxy.pool({
    connect: proxy.connector({
      origin: 'https://api.example',
      proxy: urlOf(proxy),
      ...options,
    }),
  })
  onTestFinished(() => pool.destroy())
  return pool
}

/** The proxy's next connection, once it has been asked for a tunnel. */
async function asked(proxy: TestOrigin, index = 0): Promise<TestPeer> {
  const peer = await proxy.peer(index)
  await peer.until(({ received }) => received.endsWith('\r\n\r\n'))
  return peer
}

/** Does what a proxy does: opens the tunnel, and passes on bytes in both directions. */
async function forward(proxy: TestOrigin, origin: TestOrigin, index = 0): Promise<void> {
  const { socket } = await asked(proxy, index)
  const onward = connect(origin.port, '127.0.0.1')
  onward.on('error', () => socket.destroy())
  onward.pipe(socket)
  socket.pipe(onward)
  socket.on('close', () => onward.destroy())
  await new Promise<void>((resolve) => onward.once('connect', resolve))
  socket.write(opened)
}

describe('a tunnel', () => {
  it('to an http origin carries its requests, and is used again', async () => {
    const [proxy, origin] = [await startOrigin(), await startOrigin()]
    const pool = poolThrough(proxy, { origin: urlOf(origin) })
    const first = new TestExchange(pool)
    await forward(proxy, origin)
    const peer = await origin.peer(0)
    await peer.until(({ received }) =>
      received.startsWith('GET / HTTP/1.1\r\nhost: origin.example'),
    )
    peer.send(answer)
    expect(await first.done()).toBe('ok')
    const second = new TestExchange(pool)
    await peer.until(({ received }) => received.match(/GET/g)?.length === 2)
    peer.send(answer)
    expect(await second.done()).toBe('ok')
    expect(proxy.peers).toHaveLength(1)
  })

  it('to an https origin hides the request, and its sessions are resumed', async () => {
    const [proxy, origin] = [await startOrigin(), await startOrigin(certificate)]
    const connectThrough = proxy.connector({
      origin: `https://127.0.0.1:${origin.port}`,
      proxy: urlOf(proxy),
      tls: { ca: certificate.cert },
    })
    const reused: boolean[] = []
    const pool = proxy.pool({
      async connect() {
        const connection = await connectThrough()
        if (connection.socket instanceof TLSSocket) reused.push(connection.socket.isSessionReused())
        return connection
      },
    })
    onTestFinished(() => pool.destroy())
    for (const index of [0, 1]) {
      const exchange = new TestExchange(pool, { method: 'POST', body: Buffer.from('hello') })
      await forward(proxy, origin, index)
      const peer = await origin.peer(index)
      await peer.until(({ received }) => received.endsWith('hello'))
      peer.send('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
      expect(await exchange.done()).toBe('ok')
      await eventually(() => proxy.peers[index]?.socket.destroyed === true)
      expect(proxy.peers[index]?.received).not.toContain('hello')
    }
    expect(reused).toEqual([false, true])
  })

  it("does not make the origin's certificate trusted", async () => {
    const [proxy, origin] = [await startOrigin(), await startOrigin(certificate)]
    const pool = poolThrough(proxy, { origin: `https://127.0.0.1:${origin.port}` })
    const exchange = new TestExchange(pool)
    await forward(proxy, origin)
    await expect(exchange.done()).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    await proxy.peers[0]?.closed()
  })

  it("does not make another host's certificate good", async () => {
    const [proxy, origin] = [await startOrigin(), await startOrigin(certificate)]
    const pool = poolThrough(proxy, {
      origin: `https://api.example:${origin.port}`,
      tls: { ca: certificate.cert },
    })
    const exchange = new TestExchange(pool)
    await forward(proxy, origin)
    await expect(exchange.done()).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })

  it('carries a large answer whole', async () => {
    const [proxy, origin] = [await startOrigin(), await startOrigin(certificate)]
    const pool = poolThrough(proxy, {
      origin: `https://127.0.0.1:${origin.port}`,
      tls: { ca: certificate.cert },
    })
    const exchange = new TestExchange(pool)
    await forward(proxy, origin)
    const peer = await origin.peer(0)
    await peer.until(({ received }) => received.includes('\r\n\r\n'))
    const body = 'x'.repeat(1_000_000)
    peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    expect((await exchange.done()) === body).toBe(true)
  })
})

describe('the request for a tunnel', () => {
  it.each([
    ['https://api.example', 'api.example:443'],
    ['http://api.example', 'api.example:80'],
    ['https://api.example:8443', 'api.example:8443'],
    ['https://[2001:db8::1]', '[2001:db8::1]:443'],
  ])('to %s names %s, and nothing else', async (origin, authority) => {
    const proxy = await startOrigin()
    const exchange = new TestExchange(poolThrough(proxy, { origin }), {
      headers: ['authorization', 'Bearer sk'],
    })
    const peer = await asked(proxy)
    expect(peer.received).toBe(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`)
    peer.socket.destroy()
    await expect(exchange.done()).rejects.toThrow(TunnelError)
  })

  it("looks up the proxy's name, and not the origin's", async () => {
    const proxy = await startOrigin()
    const names: string[] = []
    const pool = poolThrough(proxy, {
      proxy: `http://proxy.example:${proxy.port}`,
      lookup: (name, _options, done) => {
        names.push(name)
        done(null, [{ address: '127.0.0.1', family: 4 }])
      },
    })
    const exchange = new TestExchange(pool)
    const peer = await asked(proxy)
    peer.send('HTTP/1.1 403 Forbidden\r\n\r\n')
    await expect(exchange.done()).rejects.toThrow(`the proxy http://proxy.example:${proxy.port} `)
    expect(names).toEqual(['proxy.example'])
  })
})

describe('an answer of the proxy', () => {
  it.each([
    ['without a reason', 'HTTP/1.1 200\r\n\r\n'],
    ['of another success', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nProxy-Agent: p\r\n\r\n'],
    ['after interim ones', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n' + opened],
    ['with a length, which means nothing', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
  ])('%s opens the tunnel, however it is cut', async (_name, text) => {
    for (const sizes of [text.length, 1]) {
      const proxy = await startOrigin()
      const exchange = new TestExchange(poolThrough(proxy, { origin: 'http://api.example' }))
      const peer = await asked(proxy)
      for (let at = 0; at < text.length; at += sizes) peer.send(text.slice(at, at + sizes))
      await peer.until(({ received }) => received.includes('GET / HTTP/1.1'))
      peer.send(answer)
      expect(await exchange.done()).toBe('ok')
    }
  })

  it.each([
    ['403', 'HTTP/1.1 403 secret reason\r\n\r\nsecret page', 'it answered with status 403'],
    [
      '407',
      'HTTP/1.1 407 secret\r\nProxy-Authenticate: Basic realm="secret"\r\nContent-Length: 6\r\n\r\nsecret',
      'it answered with status 407',
    ],
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: /secret\r\n\r\n', 'with status 302'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'it answered with status 101'],
    ['what is no HTTP', 'SSH-2.0-secret\r\n\r\n', 'its answer is not valid HTTP'],
    ['TLS', '\x15\x03\x01\x00\x02\x02\x46', 'its answer is not valid HTTP'],
    ['a bare LF', 'HTTP/1.1 200 OK\nsecret: x\n\n', 'its answer is not valid HTTP'],
    ['a head without end', 'HTTP/1.1 200 OK\r\n' + 'a: secret\r\n'.repeat(2000), 'not valid HTTP'],
    ['bytes after the head', `${opened}secret`, 'it sent bytes behind its answer'],
  ])('of %s is an error that repeats nothing of it', async (_name, text, detail) => {
    const proxy = await startOrigin()
    const exchange = new TestExchange(poolThrough(proxy))
    const peer = await asked(proxy)
    peer.send(text)
    const error = await exchange.done().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(TunnelError)
    const start = `the proxy ${urlOf(proxy)} opened no tunnel to api.example:443: `
    expect(String(error)).toContain(start)
    expect(String(error)).toContain(detail)
    expect(String(error)).not.toContain('secret')
    await peer.closed()
  })

  it('that is cut is an error', async () => {
    const proxy = await startOrigin()
    const exchange = new TestExchange(poolThrough(proxy))
    const peer = await asked(proxy)
    peer.send('HTTP/1.1 200 OK\r\n').finish()
    await expect(exchange.done()).rejects.toThrow('closed while it was established')
  })

  it('that does not come in time is an error', async () => {
    const proxy = await startOrigin()
    const exchange = new TestExchange(poolThrough(proxy))
    const peer = await asked(proxy)
    peer.send('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200')
    await proxy.clock.advance(5_000)
    await expect(exchange.done()).rejects.toThrow('not established within 5000 ms')
    await peer.closed()
  })
})

it('a handshake in a tunnel has only the time that the tunnel left', async () => {
  const proxy = await startOrigin()
  const exchange = new TestExchange(poolThrough(proxy))
  const peer = await asked(proxy)
  await proxy.clock.advance(3_000)
  peer.send(opened)
  await peer.until(({ received }) => !received.endsWith('\r\n\r\n'))
  await proxy.clock.advance(2_000)
  await expect(exchange.done()).rejects.toMatchObject({ name: 'ConnectTimeout' })
  await peer.closed()
})

it('a tunnel that is cut during the handshake is an error', async () => {
  const proxy = await startOrigin()
  const exchange = new TestExchange(poolThrough(proxy))
  const peer = await asked(proxy)
  peer.send(opened)
  await peer.until(({ received }) => !received.endsWith('\r\n\r\n'))
  peer.finish()
  await expect(exchange.done()).rejects.toMatchObject({ code: 'ECONNRESET' })
})

it('a proxy that is not there is an error of the system', async () => {
  const proxy = await TestOrigin.start()
  const pool = poolThrough(proxy)
  await proxy.stop()
  await expect(new TestExchange(pool).done()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
