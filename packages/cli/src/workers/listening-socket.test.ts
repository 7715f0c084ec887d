import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { bindListeningSocket, boundHandle } from './listening-socket.ts'

describe.each([
  ['of this Node.js', bindListeningSocket],
  ['of an older Node.js', async (host: string, port: number) => boundHandle(host, port)],
])('a listening socket %s', (_, bind) => {
  it('can be listened on by several', async () => {
    const socket = await bind('127.0.0.1', 0)
    expect(socket.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    const server = createServer((connection) => connection.end('hello'))
    await new Promise<void>((resolve) => server.listen({ fd: socket.fd }, resolve))
    expect((server.address() as AddressInfo).port).toBe(socket.port)
    expect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).toBe(socket.url)
    await new Promise((resolve) => server.close(resolve))
  })

  it('on a port in use is the error of the system', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await expect((async () => bind('127.0.0.1', port))()).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    await new Promise((resolve) => server.close(resolve))
  })
})
