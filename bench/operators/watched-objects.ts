import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { ApiServerClient } from '../api-servers/api-server-client.ts'
import { stopApiServer } from '../api-servers/api-server.ts'
import { configMap, configMapsPath } from '../api-servers/config-maps.ts'
import { startFairleadApiServer } from '../api-servers/fairlead-api-server.ts'
import type { Bench } from '../workbench/bench.ts'
import { markText, nowMicros } from './operator-terms.ts'

const connections = 16

/** ConfigMaps of 1 KB each in an API server of their own, and what changes them. */
export interface WatchedObjects {
  readonly kubeconfig: string
  readonly namespace: string
  readonly objects: number
  /** Changes each of the first `total` objects once, as fast as the API server takes it. */
  burst(phase: string, total: number): Promise<void>
  /** The same, at a fixed rate. */
  paced(phase: string, total: number, perSecond: number): Promise<void>
  stop(): Promise<void>
}

/** Starts `fairlead apiserver`, beside the load, and fills it. */
export async function createWatchedObjects(bench: Bench, objects: number): Promise<WatchedObjects> {
  const folder = mkdtempSync(join(bench.folder, 'operators-'))
  const start = bench.processes.start.bind(bench.processes)
  const server = await startFairleadApiServer({ folder, start }, 'memory')
  const client = new ApiServerClient(server, connections)
  const change = (index: number, phase: string, total: number) => {
    const mark = markText({ phase, total, sentMicros: nowMicros() })
    return client.request(
      'PUT',
      `${configMapsPath}/${nameOf(index)}`,
      configMap(nameOf(index), mark),
    )
  }
  await atOnce(objects, (index) =>
    client.request('POST', configMapsPath, configMap(nameOf(index), 'new')),
  )
  return {
    kubeconfig: join(folder, 'kubeconfig'),
    namespace: 'default',
    objects,
    burst: (phase, total) => atOnce(total, (index) => change(index, phase, total)),
    async paced(phase, total, perSecond) {
      const begun = performance.now()
      const sent: Promise<unknown>[] = []
      for (let index = 0; index < total; index++) {
        const waitMs = begun + (index * 1000) / perSecond - performance.now()
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
        sent.push(change(index, phase, total))
      }
      await Promise.all(sent)
    },
    async stop() {
      client.close()
      await stopApiServer(server)
    },
  }
}

function nameOf(index: number): string {
  return `object-${index}`
}

/** As many at once as there are connections, each followed by the next as soon as it is answered. */
async function atOnce(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: connections }, worker))
}
