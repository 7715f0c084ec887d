import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { askGateway, readEndpoints } from './running-gateway.ts'

async function startServer(status: number, body: string) {
  const seen: { url: string; headers: Record<string, unknown> }[] = []
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers })
    request.resume().on('end', () => response.writeHead(status).end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const ask = (url: string) =>
  askGateway(
    { url, path: '/v1/route', body: {}, headers: { 'x-tier': 'gold' }, apiKey: 'secret' },
    new AbortController().signal,
  )

it('asks with the headers and the key', async () => {
  const { url, seen } = await startServer(200, '{"object":"route"}')
  expect(await ask(url)).toEqual({ object: 'route' })
  expect(seen).toMatchObject([
    { url: '/v1/route', headers: { 'x-tier': 'gold', authorization: 'Bearer secret' } },
  ])
})

it.each([
  [401, '{"error":{"message":"Who are you?"}}', 'answered with 401: Who are you?'],
  [404, 'nothing here', 'answered with 404: nothing here'],
])('says what else came than an answer: %d', async (status, body, message) => {
  const { url } = await startServer(status, body)
  await expect(ask(url)).rejects.toThrow(message)
  await expect(ask(url)).rejects.not.toThrow('secret')
})

it('says that nobody answers', async () => {
  await expect(ask('http://127.0.0.1:1')).rejects.toThrow('could not be asked')
})

it('knows no Fairlead where none has run', () => {
  expect(readEndpoints('/nowhere')).toBeUndefined()
})
