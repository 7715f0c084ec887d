import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'

import { afterAll, beforeAll, expect, it } from 'vitest'

/** Its memory is measured apart from that of its watchers. */
const program = new URL('test-support/watched-server.program.ts', import.meta.url)
const watchers = 100
const writes = 30
const mebibyte = 1024 * 1024

interface Started {
  readonly port: number
  readonly caCertificate: string
  readonly token: string
}

/** Megabytes, after the garbage has been collected, and how many watches there are. */
interface Measured {
  readonly heap: number
  readonly resident: number
  readonly watches: number
}

let child: ChildProcess
let started: Started
const sockets: TLSSocket[] = []

async function ask<T>(question: 'measure' | { writes: number; bytes: number }): Promise<T> {
  child.send(question)
  const [answer] = (await once(child, 'message')) as [T]
  return answer
}

beforeAll(async () => {
  child = fork(program, { execArgv: ['--conditions=source', '--expose-gc'] })
  ;[started] = (await once(child, 'message')) as [Started]
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  child.kill()
})

/** Opens a watch, reads the beginning of its answer, and then nothing more. */
async function openAndStall(): Promise<void> {
  const { port, caCertificate, token } = started
  const socket = connect({ port, host: '127.0.0.1', ca: caCertificate })
  sockets.push(socket.on('error', () => {}))
  const path = '/api/v1/namespaces/default/configmaps?watch=1'
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n\r\n`)
  await once(socket, 'data')
  socket.pause()
}

it('keeps its memory while many watchers take nothing, and frees them', async () => {
  // The history is full before.
  await ask({ writes: 10, bytes: mebibyte })
  const before = await ask<Measured>('measure')
  for (let opened = 0; opened < watchers; opened += 50) {
    await Promise.all(Array.from({ length: 50 }, openAndStall))
  }
  const { peak } = await ask<{ peak: number }>({ writes, bytes: mebibyte })
  const stalled = await ask<Measured>('measure')
  for (const socket of sockets) socket.destroy()
  let after = await ask<Measured>('measure')
  while (after.watches > 0) after = await ask<Measured>('measure')
  // All of them together would have been sent three gigabytes.
  expect(peak - before.resident).toBeLessThan(400)
  expect(stalled.watches).toBeLessThan(watchers)
  expect(after.heap - before.heap).toBeLessThan(10)
}, 60_000)
