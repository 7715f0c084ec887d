import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { newCertificate } from '../test/support/certificates.ts'

// npm run measure:http2: what requests, long lists and watches cost a client over HTTP/1.1 and over
// HTTP/2, with undici as controller-runtime uses it, against a server in another process.

const eventIntervalMs = 20

if (process.argv[2] === '--serve') await serve()
else await measure()

async function serve(): Promise<void> {
  const small = JSON.stringify({ data: 'x'.repeat(2000) })
  const big = JSON.stringify({ items: Array.from({ length: 4000 }, () => small) })
  const event = `${JSON.stringify({ type: 'MODIFIED', object: small })}\n`
  const server = createSecureServer({ ...newCertificate(), allowHTTP1: true })
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/small') return void response.end(small)
    if (request.url === '/big') return void response.end(big)
    response.write(event)
    const timer = setInterval(() => response.write(event), eventIntervalMs)
    response.on('close', () => clearInterval(timer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : undefined)
  process.on('disconnect', () => process.exit())
}

async function measure(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['--serve'])
  const [port] = (await once(child, 'message')) as [number]
  const rows: object[] = []
  for (let round = 1; round <= 3; round += 1) {
    for (const allowH2 of [false, true]) rows.push(await measureOne(port, allowH2, round))
  }
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`)
  child.disconnect()
}

async function measureOne(port: number, allowH2: boolean, round: number) {
  const pool = new Pool(`https://127.0.0.1:${port}`, {
    allowH2,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { rejectUnauthorized: false },
  })
  const get = async (path: string) => {
    const { body } = await pool.request({ path, method: 'GET' })
    return body
  }
  const read = async (path: string) => (await (await get(path)).text()).length
  for (let warm = 0; warm < 200; warm += 1) await read('/small')
  const requests = await costOf(async () => {
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let turn = 0; turn < 250; turn += 1) await read('/small')
      }),
    )
  })
  const list = await costOf(async () => {
    for (let turn = 0; turn < 10; turn += 1) await read('/big')
  })
  const opening = await costOf(() => watches(get, 50))
  const events = await costOf(() => sleep(3000))
  const delayed = await costOf(async () => void (await read('/small')))
  await pool.destroy()
  return {
    protocol: allowH2 ? 'HTTP/2' : 'HTTP/1.1',
    round,
    'request: CPU µs': Math.round((requests.cpuMs / 4000) * 1000),
    'requests per s': Math.round(4000 / (requests.ms / 1000)),
    'list of 8 MB: CPU ms': Math.round(list.cpuMs / 10),
    'list of 8 MB: ms': Math.round(list.ms / 10),
    'opening 50 watches: ms': Math.round(opening.ms),
    'event of a watch: CPU µs': Math.round((events.cpuMs / (50 * (3000 / eventIntervalMs))) * 1000),
    'a request beside them: ms': Math.round(delayed.ms),
  }
}

/** Opens watches, and reads them until the connections end. */
async function watches(
  get: (path: string) => Promise<AsyncIterable<Uint8Array>>,
  count: number,
): Promise<void> {
  const bodies = await Promise.all(Array.from({ length: count }, () => get('/watch')))
  for (const body of bodies) void drain(body)
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of body);
  } catch {
    // The end of the measurement.
  }
}

async function costOf(work: () => Promise<void>): Promise<{ ms: number; cpuMs: number }> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 }
}
