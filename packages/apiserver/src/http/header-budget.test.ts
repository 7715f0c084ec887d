import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { HeaderBudget } from './header-budget.ts'

const sockets: Socket[] = []
const waiting: ServerResponse[] = []
let budget: HeaderBudget
const server = createServer((request, response) => {
  try {
    budget.begins(request, response)
    request.resume()
    if (request.url === '/wait') waiting.push(response)
    else response.end('done')
  } catch {
    response.writeHead(429).end()
  }
})
server.on('connection', (socket) => budget.follow(socket))

beforeEach(async () => {
  budget = new HeaderBudget({ free: 1_000, max: 10_000 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
  await once(server, 'close')
})

function open(): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket.on('error', () => {}))
  return socket
}

/** A request with headers of about so many bytes; not ended when `isPartial`. */
function head(bytes: number, { path = '/', isPartial = false } = {}): string {
  const line = `GET ${path} HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(bytes)}`
  return isPartial ? line : `${line}\r\n\r\n`
}

async function answerOf(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer]
  return data.toString().slice(9, 12)
}

async function ask(bytes: number, socket = open()): Promise<string> {
  socket.write(head(bytes))
  return answerOf(socket)
}

it('closes the connection whose arriving headers find no room, and leaves small ones alone', async () => {
  const first = open()
  first.write(head(8_000, { isPartial: true }))
  expect(await ask(3_500)).toBe('200')
  await new Promise((resolve) => setImmediate(resolve))
  const second = open()
  second.write(head(8_000, { isPartial: true }))
  await once(second, 'close')
  expect(await ask(500)).toBe('200')
  first.write('\r\n\r\n')
  expect(await answerOf(first)).toBe('200')
})

it('gives back what a closed connection took', async () => {
  for (let round = 0; round < 5; round++) {
    const socket = open()
    socket.write(head(8_000, { isPartial: true }))
    expect(await ask(500)).toBe('200')
    socket.destroy()
    await once(socket, 'close')
  }
  expect(await ask(8_000)).toBe('200')
})

it('counts headers until their request is answered', async () => {
  const long = open()
  long.write(head(8_000, { path: '/wait' }))
  while (waiting.length === 0) await ask(500)
  expect(await ask(8_000)).toBe('429')
  waiting.pop()?.end('done')
  expect(await answerOf(long)).toBe('200')
  expect(await ask(8_000)).toBe('200')
})

it('takes one after the other on one connection, and bodies of any length', async () => {
  const socket = open()
  for (let round = 0; round < 5; round++) {
    expect(await ask(5_000, socket)).toBe('200')
    socket.write(
      `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 500000\r\n\r\n${'b'.repeat(500_000)}`,
    )
    expect(await answerOf(socket)).toBe('200')
  }
})
