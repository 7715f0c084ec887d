import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FakeClock } from '@fairlead/base/testing'
import { ServerSilent } from '@fairlead/knowledge'
import { afterEach, expect, it } from 'vitest'
import { DocumentFetcher } from './document-fetcher.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function fetcherOf(listener: RequestListener, isPrivateAllowed = true) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const clock = new FakeClock()
  const fetcher = new DocumentFetcher({
    clock,
    resolveHost: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  })
  closing.push(
    () => fetcher.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  )
  const { port } = server.address() as AddressInfo
  const fetch = fetcher.fetchWith(() => isPrivateAllowed)
  const get = (path: string, signal = new AbortController().signal) =>
    fetch(new URL(`http://docs.test:${port}${path}`), {
      headers: { accept: 'text/markdown' },
      bytesMax: 1000,
      signal,
    })
  return { clock, get }
}

it('gets a document with what it is asked with, and follows no redirect', async () => {
  const { get } = await fetcherOf((request, response) => {
    response.writeHead(302, { location: '/other', etag: '"1"' })
    response.end(`${request.method} ${request.url} ${request.headers.accept}`)
  })
  const answer = await get('/a?b=c')
  expect(answer.status).toBe(302)
  expect(answer.header('location')).toBe('/other')
  expect(Buffer.from(answer.body).toString()).toBe('GET /a?b=c text/markdown')
})

it('connects to no private address that is not permitted, and says how it would be', async () => {
  let asked = 0
  const { get } = await fetcherOf((_, response) => {
    asked += 1
    response.end()
  }, false)
  await expect(get('/')).rejects.toThrow(
    /docs\.test \(127\.0\.0\.1\) is a private address.*spec\.egress\.privateNetworks: Allow/,
  )
  expect(asked).toBe(0)
})

it('takes neither too many bytes nor another encoding, and no more than 20 seconds', async () => {
  const reached = Promise.withResolvers<void>()
  const { clock, get } = await fetcherOf((request, response) => {
    if (request.url === '/hangs') reached.resolve()
    if (request.url === '/huge') response.end('x'.repeat(2000))
    if (request.url === '/packed') response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
  })
  await expect(get('/huge')).rejects.toThrow('it has more than 1000 bytes')
  await expect(get('/packed')).rejects.toThrow('it is sent as gzip')
  const hanging = get('/hangs').catch((error: unknown) => error)
  await reached.promise
  await clock.advance(20_000)
  const error = await hanging
  expect(error).toBeInstanceOf(ServerSilent)
  expect(error).toHaveProperty('message', expect.stringContaining('within 20 s'))
})

it('stops with its signal', async () => {
  const reached = Promise.withResolvers<void>()
  const { get } = await fetcherOf(() => reached.resolve())
  const stop = new AbortController()
  const got = get('/', stop.signal)
  await reached.promise
  stop.abort(new Error('not needed any more'))
  await expect(got).rejects.toThrow('not needed any more')
})
