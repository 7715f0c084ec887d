import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { FakeClock } from '@fairlead/base/testing'
import { afterEach, expect, test } from 'vitest'
import { selfSignedCertificate } from '../test-support/certificate.ts'
import { eventually } from '../test-support/eventually.ts'
import { TestPeer } from '../test-support/test-peer.ts'
import { answer, get, type Handler, post, TestServer } from '../test-support/test-server.ts'
import type { PeerCertificate } from './peer-certificate.ts'
import type { ServerOptions } from './server-options.ts'
import type { ServerTls } from './server-tls.ts'
import { TlsGate } from './tls-gate.ts'

const [first, second, third] = [1, 2, 3].map((number) => selfSignedCertificate(number)) as [
  Pair,
  Pair,
  Pair,
]
interface Pair {
  readonly key: string
  readonly cert: string
}

const tlsWith = ({ key, cert }: Pair, more: Partial<ServerTls> = {}): ServerTls => ({
  certificate: cert,
  key,
  minVersion: 'TLSv1.2',
  clients: undefined,
  ...more,
})

let server: TestServer
const outcomes: string[] = []

async function start(
  tls: ServerTls | 'Unavailable',
  handler?: Handler,
  options: Partial<ServerOptions> = {},
): Promise<void> {
  outcomes.length = 0
  const onHandshake: ServerOptions['onHandshake'] = (outcome) => outcomes.push(outcome)
  server = await TestServer.start(handler, { onHandshake, ...options })
  server.server.secure(tls)
}

afterEach(() => server.stop())

async function connect(options: ConnectionOptions = {}): Promise<TestPeer & { socket: TLSSocket }> {
  const socket = connectTls({
    port: server.port,
    host: '127.0.0.1',
    ca: [first.cert, second.cert],
    ALPNProtocols: ['h2', 'http/1.1'],
    ...options,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('secureConnect', resolve)
  })
  return new TestPeer(socket) as TestPeer & { socket: TLSSocket }
}

test('requests and long answers go over TLS, and HTTP/1.1 is what is agreed on', async () => {
  await start(tlsWith(first))
  const peer = await connect()
  const body = 'x'.repeat(900_000)
  peer.send(post(body))
  await peer.until(({ received }) => received.length > 900_000)
  expect(peer.received.endsWith(body)).toBe(true)
  peer.send(post('again'))
  await peer.until(({ received }) => received.endsWith('again'))
  expect(peer.socket.alpnProtocol).toBe('http/1.1')
  expect(outcomes).toEqual(['Completed'])
})

test('a connection that begins with half a record is none the worse for it', async () => {
  await start(tlsWith(first))
  const bytes: Buffer[] = []
  const hello = connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
  // As the bytes of a slow network come: the rest only when the server has seen the first.
  hello.on('error', () => {})
  await new Promise<void>((resolve) => hello.once('secureConnect', resolve))
  hello.end(get('/'))
  hello.on('data', (piece: Buffer) => bytes.push(piece))
  await new Promise<void>((resolve) => hello.once('close', resolve))
  expect(Buffer.concat(bytes).toString()).toContain('HTTP/1.1 200 OK')
})

test('a new certificate is shown to the next connection, and harms none that is open', async () => {
  await start(tlsWith(first))
  const before = await connect()
  server.server.secure(tlsWith(second))
  const after = await connect()
  const shown = [before, after].map(({ socket }) => socket.getPeerCertificate().fingerprint256)
  expect(new Set(shown).size).toBe(2)
  before.send(post('still here'))
  await before.until(({ received }) => received.endsWith('still here'))
})

test('a key of another certificate is refused, and what was in force stays', async () => {
  await start(tlsWith(first))
  expect(() => server.server.secure(tlsWith({ ...second, key: first.key }))).toThrow()
  const peer = await connect()
  peer.send(post('ok'))
  await peer.until(({ received }) => received.endsWith('ok'))
})

test('plain HTTP is told to use https', async () => {
  await start(tlsWith(first))
  const peer = await server.connect()
  peer.send(get('/'))
  const received = await peer.closed()
  expect(received).toMatch(/^HTTP\/1\.1 400 Bad Request/)
  expect(received).toContain('Use https://')
  expect(server.seen).toEqual([])
  expect(outcomes).toEqual(['PlainText'])
})

test('bytes that are neither are refused', async () => {
  await start(tlsWith(first))
  const peer = await server.connect()
  peer.send(Buffer.concat([Buffer.from([0x16, 3, 1, 0, 5]), Buffer.from('hello')]))
  await peer.closed()
  await eventually(() => outcomes.length > 0)
  expect(outcomes).toEqual(['Failed'])
})

test('without a certificate nobody is served, in plain text least of all', async () => {
  await start('Unavailable')
  const peer = await server.connect()
  peer.send(get('/'))
  expect(await peer.closed()).toBe('')
  expect(server.seen).toEqual([])
  server.server.secure(undefined)
  const plain = await server.connect()
  plain.send(post('plain'))
  await plain.until(({ received }) => received.endsWith('plain'))
})

test('a handshake that does not end in time is closed', async () => {
  await start(tlsWith(first))
  const silent = await server.connect()
  const half = await server.connect()
  half.send(Buffer.from([0x16, 3, 1]))
  await eventually(() => server.server.handshakes === 2)
  const closed = Promise.all([silent.closed(), half.closed()])
  for (let seconds = 0; seconds < 12; seconds += 1) await server.clock.advance(1_000)
  await closed
  expect(outcomes).toEqual(['TimedOut', 'TimedOut'])
})

test('of too many handshakes the oldest give way, so that nobody is kept out', () => {
  const ended: string[] = []
  const gate = new TlsGate({
    clock: new FakeClock(),
    handshakeMs: 10_000,
    enter: () => {},
    ended: (outcome) => ended.push(outcome),
  })
  gate.configure(tlsWith(first))
  const sockets = Array.from({ length: 2_050 }, () => new PassThrough())
  for (const socket of sockets) gate.accept(socket as unknown as Socket)
  expect(gate.handshakes).toBe(2_048)
  expect(ended).toEqual(['Refused', 'Refused'])
  expect(sockets.filter(({ destroyed }) => destroyed)).toEqual(sockets.slice(0, 2))
  gate.stop()
})

test('a server that stops waits for no handshake', async () => {
  await start(tlsWith(first))
  const peer = await server.connect()
  peer.send(Buffer.from([0x16, 3, 1]))
  const closed = peer.closed()
  await eventually(() => server.server.handshakes === 1)
  await server.server.close()
  await closed
})

test('connections are counted until they close, and no longer', async () => {
  await start(tlsWith(first), undefined, { connectionsMax: 2 })
  for (let index = 0; index < 6; index += 1) {
    const peer = await connect()
    peer.send(get('/', 'Connection: close'))
    await peer.closed()
    await eventually(() => server.server.connections === 0)
  }
})

test.each(['TLSv1.2', 'TLSv1.3'] as const)('sessions of %s are resumed', async (version) => {
  const ticketKeys = Buffer.alloc(48, 7)
  await start(tlsWith(first, { ticketKeys }))
  const session = await sessionOf({ maxVersion: version })
  // As another process with the same keys would have it.
  server.server.secure(tlsWith(first, { ticketKeys }))
  const again = await connect({ maxVersion: version, session })
  again.send(post('resumed'))
  await again.until(({ received }) => received.endsWith('resumed'))
  expect(again.socket.isSessionReused()).toBe(true)
  expect(outcomes).toEqual(['Completed', 'Resumed'])
})

test('an old version of TLS is refused', async () => {
  await start(tlsWith(first, { minVersion: 'TLSv1.3' }))
  await expect(connect({ maxVersion: 'TLSv1.2' })).rejects.toThrow()
})

test('a renegotiation is refused', async () => {
  await start(tlsWith(first))
  const peer = await connect({ maxVersion: 'TLSv1.2' })
  const result = await new Promise<Error | null>((resolve) => {
    peer.socket.once('error', resolve)
    peer.socket.renegotiate({}, resolve)
  })
  expect(result).toBeInstanceOf(Error)
})

test('a caller leaves in the middle of an answer', async () => {
  let closed = 0
  await start(tlsWith(first), (_request, response) => {
    response.onClose(() => (closed += 1))
    response.start(200, [])
    void response.write('some')
  })
  const peer = await connect()
  peer.send(get('/'))
  await peer.until(({ received }) => received.includes('some'))
  peer.socket.destroy()
  await eventually(() => closed === 1)
})

const seenCertificates: (PeerCertificate | undefined)[] = []
const tell: Handler = (request, response) => {
  seenCertificates.push(request.peerCertificate)
  answer(response, 200, request.remoteAddress ?? '')
}

test.each([true, false])('a trusted client certificate is shown, required %s', async (required) => {
  const clients = { authorities: second.cert, required }
  seenCertificates.length = 0
  await start(tlsWith(first, { clients }), tell)
  const peer = await connect({ key: second.key, cert: second.cert })
  peer.send(get('/'))
  await peer.until(({ received }) => received.endsWith('127.0.0.1'))
  expect(seenCertificates).toEqual([
    {
      commonName: 'test 2',
      alternativeNames: [{ type: 'IP Address', value: '127.0.0.1' }],
      fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    },
  ])
})

test('no client certificate, and one that is not trusted', async () => {
  const clients = { authorities: second.cert, required: false }
  seenCertificates.length = 0
  await start(tlsWith(first, { clients }), tell)
  const without = await connect()
  without.send(get('/'))
  await without.until(({ received }) => received.endsWith('127.0.0.1'))
  expect(seenCertificates).toEqual([undefined])
  const other = { key: third.key, cert: third.cert }
  const untrusted = await connect(other)
  untrusted.send(get('/'))
  expect(await untrusted.closed()).toContain(
    'The client certificate is not valid (DEPTH_ZERO_SELF_SIGNED_CERT)',
  )
  server.server.secure(tlsWith(first, { clients: { ...clients, required: true } }))
  const missing = await connect()
  missing.send(get('/'))
  expect(await missing.closed()).toContain('This server needs a client certificate')
  expect(outcomes).toEqual(['Completed', 'CertificateRefused', 'CertificateRefused'])
  expect(seenCertificates).toEqual([undefined])
})

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a session of %s that a former authority allowed is not resumed',
  async (maxVersion) => {
    const ticketKeys = Buffer.alloc(48, 7)
    const trusting = (authorities: string) =>
      tlsWith(first, { ticketKeys, clients: { authorities, required: true } })
    await start(trusting(second.cert), tell)
    const certified = { key: second.key, cert: second.cert, maxVersion }
    const session = await sessionOf(certified)
    const same = await connect({ ...certified, session })
    seenCertificates.length = 0
    same.send(get('/'))
    await same.until(({ received }) => received.endsWith('127.0.0.1'))
    expect(same.socket.isSessionReused()).toBe(true)
    expect(seenCertificates[0]?.commonName).toBe('test 2')
    server.server.secure(trusting(third.cert))
    const later = await connect({ ...certified, session })
    later.send(get('/'))
    expect(await later.closed()).toContain('The client certificate is not valid')
  },
)

/** A session that a server has made with these. */
async function sessionOf(options: ConnectionOptions): Promise<Buffer> {
  let session: Buffer | undefined
  const peer = await connect(options)
  peer.socket.on('session', (ticket) => (session = ticket))
  session ??= peer.socket.getSession()
  peer.send(get('/'))
  await peer.until(({ received }) => received.includes('200 OK'))
  await eventually(() => session !== undefined)
  peer.socket.destroy()
  return session as Buffer
}

test('connections end when other peers are trusted, after the answer that is on its way', async () => {
  const waiting: (() => void)[] = []
  const clients = (authorities: string) => ({ authorities, required: false })
  await start(tlsWith(first, { clients: clients(second.cert) }), (_request, response) => {
    waiting.push(() => answer(response, 200, 'done'))
  })
  const [idle, busy] = [await connect(), await connect()]
  busy.send(get('/'))
  await eventually(() => waiting.length === 1)
  server.server.secure(tlsWith(second, { clients: clients(second.cert) }))
  server.server.secure('Unavailable')
  server.server.secure(tlsWith(second, { clients: clients(second.cert) }))
  expect(server.server.connections).toBe(2)
  server.server.secure(tlsWith(second, { clients: clients(third.cert) }))
  expect(await idle.closed()).toBe('')
  waiting[0]?.()
  expect(await busy.closed()).toContain('done')
})

test('connections without TLS end when there is some', async () => {
  await start(tlsWith(first))
  server.server.secure(undefined)
  const peer = await server.connect()
  peer.send(get('/'))
  await peer.until(({ received }) => received.includes('200'))
  server.server.secure(tlsWith(first))
  await peer.closed()
})
