import { silentLogger } from '@fairlead/base'
import {
  createClient,
  execOutput,
  fixedCredentials,
  type WriteFence,
} from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'
import { once } from 'node:events'
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createServer as createHttpsServer } from 'node:https'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newCertificate } from './support/certificates.ts'

const key = { namespace: 'default', name: 'a' }
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key } as const
const certificate = newCertificate()

let server: Http2SecureServer
let sessions: Set<ServerHttp2Session>
let requests: string[]
let onRequest: (request: Http2ServerRequest, response: Http2ServerResponse) => void
let closing: (() => Promise<void>)[]

beforeEach(async () => {
  closing = []
  requests = []
  sessions = new Set()
  onRequest = (request, response) => {
    if (!request.url.includes('watch=')) return void response.end(JSON.stringify(object))
    response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`)
  }
  server = createSecureServer({ ...certificate, settings: { maxConcurrentStreams: 20 } })
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.on('error', () => {})
    session.on('close', () => sessions.delete(session))
  })
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    requests.push(`${request.httpVersion} ${request.method}`)
    onRequest(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  for (const close of closing) await close()
  for (const session of sessions) session.destroy()
  server.close()
})

function connect(port: number, fence?: WriteFence) {
  const config = {
    server: `https://127.0.0.1:${port}`,
    tls: { ca: certificate.cert },
    credentials: fixedCredentials({ authorization: 'Bearer secret' }),
  }
  const client = createClient(config, { http2: true, logger: silentLogger, fence })
  closing.push(() => client.close())
  return client
}

const portOf = () => (server.address() as AddressInfo).port

describe('a client that offers HTTP/2', () => {
  it('carries requests and watches on one connection', async () => {
    const client = connect(portOf())
    const stop = new AbortController()
    for (let watch = 0; watch < 10; watch += 1) {
      const events = client.watch(ConfigMap, { signal: stop.signal })[Symbol.asyncIterator]()
      expect((await events.next()).value).toMatchObject({ type: 'ADDED' })
    }
    expect(await client.update(ConfigMap, object)).toEqual(object)
    expect(sessions.size).toBe(1)
    expect(new Set(requests)).toEqual(new Set(['2.0 GET', '2.0 PUT']))
    stop.abort()
  })

  it('opens another when the server takes no more streams', async () => {
    const client = connect(portOf())
    const stop = new AbortController()
    const opened = Array.from({ length: 50 }, async () => {
      const events = client.watch(ConfigMap, { signal: stop.signal })[Symbol.asyncIterator]()
      return events.next()
    })
    await Promise.all(opened)
    expect(await client.get(ConfigMap, key)).toEqual(object)
    expect(sessions.size).toBeGreaterThan(1)
    stop.abort()
  })

  it('reads again when a session broke', async () => {
    const client = connect(portOf())
    await client.get(ConfigMap, key)
    const answer = onRequest
    onRequest = (request) => {
      onRequest = answer
      request.stream.session?.destroy()
    }
    expect(await client.get(ConfigMap, key)).toEqual(object)
    onRequest = (request) => {
      onRequest = answer
      request.stream.close(2)
    }
    expect(await client.get(ConfigMap, key)).toEqual(object)
    expect(requests).toHaveLength(5)
  })

  it('sends no write again when a session broke', async () => {
    const client = connect(portOf())
    onRequest = (request) => request.stream.session?.destroy()
    await expect(client.create(ConfigMap, object)).rejects.toMatchObject({
      name: 'ConnectionError',
    })
    expect(requests).toEqual(['2.0 POST'])
  })

  it('sends no write once the fence is closed', async () => {
    let isClosed = false
    const fence: WriteFence = {
      signal: new AbortController().signal,
      check: () => {
        if (isClosed) throw new Error('the fence is closed')
      },
    }
    const client = connect(portOf(), fence)
    const writing = client.create(ConfigMap, object)
    // While it waits for the connection.
    isClosed = true
    await expect(writing).rejects.toThrow('the fence is closed')
    expect(await client.get(ConfigMap, key)).toEqual(object)
    await expect(client.create(ConfigMap, object)).rejects.toThrow('the fence is closed')
    expect(requests).toEqual(['2.0 GET'])
  })

  it('speaks HTTP/1.1 to a server that knows nothing else, and for WebSockets', async () => {
    const protocols: unknown[] = []
    const older = createHttpsServer({ ...certificate, ALPNProtocols: ['http/1.1'] })
    older.on('secureConnection', ({ alpnProtocol }) => protocols.push(alpnProtocol))
    older.on('request', (_request, response) => response.end(JSON.stringify(object)))
    older.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n'),
    )
    older.listen(0, '127.0.0.1')
    await once(older, 'listening')
    const client = connect((older.address() as AddressInfo).port)
    expect(await client.get(ConfigMap, key)).toEqual(object)
    await expect(execOutput(client, key, { command: ['x'] })).rejects.toMatchObject({ code: 404 })
    expect(protocols).toEqual(['http/1.1', 'http/1.1'])
    older.closeAllConnections()
    older.close()
  })
})
