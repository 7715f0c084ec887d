import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect, type AddressInfo, createServer } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { type CertificateSource, fixedCertificate } from './certificate-source.ts'
import type { HttpHandler } from './http-handler.ts'
import { HttpServer, type HttpServerOptions } from './http-server.ts'
import { makeTestCertificates } from '../testing/test-certificates.ts'

const local = { host: '127.0.0.1', port: 0 }
const hello: HttpHandler = () => ({ status: 200, body: 'hello' })

describe('HttpServer', () => {
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
  })

  async function serve(handle: HttpHandler, more: Partial<HttpServerOptions> = {}) {
    const options = { name: 'test server', address: local, handle, logger: silentLogger, ...more }
    const server = new HttpServer(options)
    const controller = new AbortController()
    const running = server.start(controller.signal)
    const stop = async () => {
      controller.abort()
      await running
    }
    stops.push(stop)
    const { port } = await server.whenListening()
    return { server, port, url: `http://127.0.0.1:${port}`, stop, running, controller }
  }

  it('hands over the request, and sends the answer', async () => {
    const { url } = await serve(async ({ method, path, query, headers, body }) => ({
      status: 201,
      headers: { 'content-type': 'text/x-test' },
      body: `${method} ${path} ${query.get('a')} ${String(headers['x-b'])} ${String(await body())}`,
    }))
    const response = await fetch(`${url}/one/two?a=1`, {
      method: 'POST',
      headers: { 'x-b': '2' },
      body: 'three',
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toBe('text/x-test')
    expect(await response.text()).toBe('POST /one/two 1 2 three')
  })

  it('refuses a body that is too large, whether it says so or not', async () => {
    const { url } = await serve(async ({ body }) => ({ status: 200, body: await body() }), {
      bodyLimitBytes: 10,
    })
    const post = (body: string | ReadableStream) =>
      fetch(url, { method: 'POST', body, duplex: 'half' })
    expect((await post('0123456789')).status).toBe(200)
    expect((await post('0123456789a')).status).toBe(413)
    const chunks = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('0123456789a')),
    })
    expect((await post(chunks)).status).toBe(413)
  })

  it('answers 500 without saying why when the handler throws, and logs why', async () => {
    const logger = new RecordingLogger()
    const { url } = await serve(() => Promise.reject(new Error('the password is wrong')), {
      logger,
    })
    const response = await fetch(`${url}/x?token=abc`)
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('500 Internal Server Error\n')
    expect(logger.lines.at(-1)).toMatchObject({ level: 'error', fields: { path: '/x' } })
    expect(JSON.stringify(logger.lines)).not.toContain('abc')
  })

  it('answers 500 when the answer cannot be sent, and goes on', async () => {
    const logger = new RecordingLogger()
    const headers = { 'x-a': 'one\ntwo' }
    const { url } = await serve(({ path }) => ({ status: path === '/x' ? 99_999 : 200, headers }), {
      logger,
    })
    expect((await fetch(url)).status).toBe(500)
    expect((await fetch(`${url}/x`)).status).toBe(500)
    expect(logger.lines.at(-1)?.message).toBe('the test server cannot send an answer')
  })

  it('ends a connection whose answer cannot even be refused, and goes on', async () => {
    const logger = new RecordingLogger()
    // What a program without types may return.
    const body = new ArrayBuffer(3) as unknown as Uint8Array
    const { url } = await serve(
      ({ path }) => (path === '/bad' ? { status: 200, body } : { status: 200, body: 'hello' }),
      { logger },
    )
    await expect(fetch(`${url}/bad`)).rejects.toThrow('fetch failed')
    expect(logger.lines.at(-1)).toMatchObject({ level: 'error' })
    expect(await (await fetch(url)).text()).toBe('hello')
  })

  it('answers 503, and aborts the signal, when an answer takes too long', async () => {
    const clock = new FakeClock()
    const asked = Promise.withResolvers<AbortSignal>()
    const { url } = await serve(
      ({ signal }) => {
        asked.resolve(signal)
        return new Promise(() => {})
      },
      { clock },
    )
    const answered = fetch(url)
    const signal = await asked.promise
    await clock.advance(59_999)
    expect(signal.aborted).toBe(false)
    await clock.advance(1)
    expect((await answered).status).toBe(503)
    expect(signal.reason).toMatchObject({ name: 'DeadlineError' })
  })

  it('aborts the signal when the caller goes away', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    const { port } = await serve(({ signal }) => {
      asked.resolve(signal)
      return new Promise(() => {})
    })
    const request = httpRequest({ host: '127.0.0.1', port }).end()
    request.on('error', () => {})
    const signal = await asked.promise
    request.destroy()
    await once(signal, 'abort')
    expect(signal.reason).toMatchObject({ message: 'the caller has gone away' })
  })

  it('takes only paths as targets', async () => {
    const { port } = await serve(hello)
    for (const target of ['http://other/x', '*']) {
      const request = httpRequest({
        host: '127.0.0.1',
        port,
        method: 'OPTIONS',
        path: target,
      }).end()
      const [response] = (await once(request, 'response')) as [
        { statusCode: number; resume(): void },
      ]
      expect(response.statusCode).toBe(400)
      response.resume()
    }
  })

  it('lets nobody wait for a server that cannot be made', async () => {
    const certificate = fixedCertificate({ cert: 'none', key: 'none' })
    const server = new HttpServer({
      name: 'test server',
      address: local,
      handle: hello,
      logger: silentLogger,
      tls: { certificate },
    })
    const running = server.start(new AbortController().signal)
    await expect(running).rejects.toThrow('the test server cannot be made')
    await expect(server.whenListening()).rejects.toThrow('the test server cannot be made')
  })

  it('follows no certificate when it cannot listen', async () => {
    const { port } = await serve(hello)
    let listeners = 0
    const pair = makeTestCertificates().first
    const certificate: CertificateSource = {
      current: () => pair,
      onChange: () => {
        listeners += 1
        return () => void (listeners -= 1)
      },
    }
    const server = new HttpServer({
      name: 'test server',
      address: { ...local, port },
      handle: hello,
      logger: silentLogger,
      tls: { certificate },
    })
    await expect(server.start(new AbortController().signal)).rejects.toThrow('EADDRINUSE')
    expect(listeners).toBe(0)
  })

  it('says where it cannot listen, and why', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const address = { host: '127.0.0.1', port }
    const server = new HttpServer({
      name: 'x server',
      address,
      handle: hello,
      logger: silentLogger,
    })
    const refused = `the x server cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`
    await expect(server.start(new AbortController().signal)).rejects.toThrow(refused)
    await expect(server.whenListening()).rejects.toThrow(refused)
    taken.close()
  })

  describe('when it stops', () => {
    it('lets a request in progress end, takes no other, and closes idle connections', async () => {
      const asked = Promise.withResolvers<void>()
      const finish = Promise.withResolvers<void>()
      const { server, port, url, controller, running } = await serve(async ({ path }) => {
        if (path !== '/slow') return { status: 200 }
        asked.resolve()
        await finish.promise
        return { status: 200, body: 'done' }
      })
      await (await fetch(`${url}/idle`)).text()
      const slow = fetch(`${url}/slow`)
      await asked.promise
      controller.abort()
      await expect.poll(() => server.address).toBeUndefined()
      const late = connect(port, '127.0.0.1')
      const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException]
      expect(error.code).toBe('ECONNREFUSED')
      finish.resolve()
      const response = await slow
      expect(response.headers.get('connection')).toBe('close')
      expect(await response.text()).toBe('done')
      await running
    })

    it('closes connections whose requests take longer than allowed', async () => {
      const clock = new FakeClock()
      const asked = Promise.withResolvers<AbortSignal>()
      const { url, controller, running } = await serve(
        ({ signal }) => {
          asked.resolve(signal)
          return new Promise(() => {})
        },
        { clock, shutdownTimeoutMs: 5_000 },
      )
      const slow = fetch(url).then(
        ({ status }) => status,
        () => 'closed',
      )
      const signal = await asked.promise
      controller.abort()
      await clock.advance(4_999)
      expect(signal.aborted).toBe(false)
      await clock.advance(1)
      expect(signal.aborted).toBe(true)
      expect(['closed', 503]).toContain(await slow)
      await running
      expect(clock.pendingTimers).toBe(0)
    })
  })

  describe('with TLS', () => {
    const { first, second, client, ca } = makeTestCertificates()

    /** The names in the certificate that a new connection is shown, or the error. */
    async function shown(port: number, identity: object = {}): Promise<string> {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...identity })
      try {
        await once(socket, 'secureConnect')
        return socket.getPeerX509Certificate()?.subjectAltName ?? 'none'
      } catch (error) {
        return (error as Error).message
      } finally {
        socket.destroy()
      }
    }

    function changing(initial: ReturnType<CertificateSource['current']>) {
      const listeners = new Set<() => void>()
      let certificate = initial
      const source: CertificateSource = {
        current: () => certificate,
        onChange: (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      }
      const change = (next: typeof initial) => {
        certificate = next
        for (const listener of listeners) listener()
      }
      return { source, change, listeners }
    }

    it('shows a changed certificate on new connections, and goes on with open ones', async () => {
      const { source, change, listeners } = changing(first)
      const { port, stop } = await serve(hello, { tls: { certificate: source } })
      const open = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      await once(open, 'secureConnect')
      change(second)
      expect(await shown(port)).toMatch(/^DNS:second.test,/)
      open.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
      const [data] = (await once(open, 'data')) as [Buffer]
      expect(String(data)).toContain('200 OK')
      await stop()
      expect(listeners.size).toBe(0)
    })

    it('keeps its certificate when the new one is unusable', async () => {
      const logger = new RecordingLogger()
      const { source, change } = changing(first)
      const { port } = await serve(hello, { logger, tls: { certificate: source } })
      change({ cert: first.cert, key: second.key })
      expect(await shown(port)).toMatch(/^DNS:first.test,/)
      expect(logger.lines.at(-1)?.level).toBe('error')
    })

    // controller-runtime pkg/metrics/server/server_test.go: TestCreateListener_LazyCertInit
    it('fails handshakes until there is a certificate', async () => {
      const { source, change } = changing(undefined)
      const { port } = await serve(hello, { tls: { certificate: source } })
      expect(await shown(port)).toMatch(/handshake failure|alert/)
      change(first)
      expect(await shown(port)).toMatch(/^DNS:first.test,/)
    })

    it('asks callers for a certificate of the authority', async () => {
      const tls = { certificate: fixedCertificate(first), clientCa: ca }
      const { port } = await serve(hello, { tls })
      const status = async (identity: object) => {
        const socket = connectTls({
          port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          ...identity,
        })
        socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
        const refused = new Promise<string>((resolve) =>
          socket.once('close', () => resolve('refused')),
        )
        socket.on('error', () => {})
        const answered = once(socket, 'data').then(([data]) => String(data).split('\r\n')[0])
        answered.catch(() => {})
        const outcome = await Promise.race([answered.catch(() => refused), refused])
        socket.destroy()
        return outcome
      }
      expect(await status({})).toBe('refused')
      expect(await status({ cert: first.cert, key: first.key })).toBe('refused')
      expect(await status(client)).toBe('HTTP/1.1 200 OK')
    })

    it('speaks no TLS older than 1.2', async () => {
      const { port } = await serve(hello, { tls: { certificate: fixedCertificate(first) } })
      const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' }
      expect(await shown(port, old)).toMatch(/protocol version/)
    })
  })
})
