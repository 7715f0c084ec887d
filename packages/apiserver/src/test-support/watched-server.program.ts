import { startApiServer } from '../index.ts'

/**
 * A server in a process of its own, whose memory its parent asks for. It is told by messages, and
 * answers each with one.
 */

const mebibyte = 1024 * 1024
const configMaps = '/api/v1/namespaces/default/configmaps'

const server = await startApiServer()
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'big' } }
await server.request('POST', configMaps, configMap)

const resident = (): number => Math.round(process.memoryUsage.rss() / mebibyte)
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Writes an object again and again; resolves to the most memory that the process had meanwhile. */
async function write(writes: number, bytes: number): Promise<{ peak: number }> {
  let peak = 0
  for (let round = 0; round < writes; round++) {
    const data = { a: String.fromCodePoint(97 + (round % 26)).repeat(bytes - 1_000) }
    await server.request('PUT', `${configMaps}/big`, { ...configMap, data })
    await nextTurn()
    peak = Math.max(peak, resident())
  }
  return { peak }
}

async function measure() {
  await nextTurn()
  globalThis.gc?.()
  const metrics = String(await server.request('GET', '/metrics'))
  const [, watches = '0'] =
    /^apiserver_longrunning_requests\{.*configmaps.*\} (\d+)$/m.exec(metrics) ?? []
  const heap = Math.round(process.memoryUsage().heapUsed / mebibyte)
  return { heap, resident: resident(), watches: Number(watches) }
}

process.on('message', (asked: 'measure' | { writes: number; bytes: number }) => {
  const answer = asked === 'measure' ? measure() : write(asked.writes, asked.bytes)
  void answer.then((each) => process.send?.(each))
})

process.send?.({
  port: Number(new URL(server.url).port),
  caCertificate: server.caCertificate,
  token: server.adminToken,
})
