import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addProvider, startFairlead } from './fairlead.ts'
import { load } from './load.ts'
import { startStaticUpstream } from './nginx.ts'
import { chatAnswer, chatRequest } from './recorded-answers.ts'
import { eventually } from './statistics.ts'

const upstreamPort = 18_090
const totalRequests = 100_000
const openStreams = 2_000

/** Resident memory at rest, after many requests, and with many open streams. */
export async function memory(folder: string): Promise<void> {
  const upstream = startStaticUpstream(folder, upstreamPort, {
    small: { content: chatAnswer(1_000), type: 'application/json' },
  })
  const held = await startHeldUpstream()
  const fairlead = await startFairlead(folder)
  await addProvider(fairlead, 'small', `http://127.0.0.1:${upstreamPort}/small`)
  await addProvider(fairlead, 'held', held.url)
  const report = (when: string) =>
    process.stdout.write(`  ${when.padEnd(32)} ${fairlead.process.memoryMiB().toFixed(0)} MiB\n`)

  process.stdout.write('\nmemory of one process: API server, operator and gateway\n')
  report('at rest')
  let done = 0
  while (done < totalRequests) {
    const { requests } = await load({
      folder,
      url: `${fairlead.gateway}/v1/chat/completions`,
      headers: { 'content-type': 'application/json', ...fairlead.headers },
      body: chatRequest('small-model', 1_000, false),
      connections: 32,
      seconds: 5,
    })
    done += requests
  }
  report(`after ${done.toLocaleString('en')} requests`)
  const close = await openAll(fairlead.gateway, fairlead.headers)
  await eventually('the streams', () => (held.open() >= openStreams ? true : undefined))
  report(`with ${openStreams.toLocaleString('en')} open streams`)
  close()
  await Promise.all([upstream.stop(), fairlead.stop()])
  await held.stop()
}

/** Answers a plain call; starts a stream with one chunk and leaves it open. */
async function startHeldUpstream() {
  let open = 0
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      if (!Buffer.concat(parts).includes('"stream":true')) return void response.end(chatAnswer(500))
      open += 1
      response.once('close', () => (open -= 1))
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => open,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function openAll(gateway: string, headers: Readonly<Record<string, string>>) {
  const { hostname, port } = new URL(gateway)
  const body = chatRequest('held-model', 1_000, true)
  const calls = Array.from({ length: openStreams }, () => {
    const call = request({
      hostname,
      port,
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      agent: false,
    })
    call.on('error', () => {})
    call.on('response', (response) => response.on('error', () => {}).resume())
    call.end(body)
    return call
  })
  return () => calls.forEach((call) => call.destroy())
}
