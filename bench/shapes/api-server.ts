import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { ApiServerClient } from '../api-servers/api-server-client.ts'
import {
  cpuMicrosOf,
  memoryMiBOf,
  stopApiServer,
  type ApiServerSite,
  type BenchedApiServer,
} from '../api-servers/api-server.ts'
import { configMap, configMapsPath } from '../api-servers/config-maps.ts'
import { startFairleadApiServer } from '../api-servers/fairlead-api-server.ts'
import { kubeApiServerPrograms, startKubeApiServer } from '../api-servers/kube-api-server.ts'
import { openWatchers } from '../api-servers/watchers.ts'
import { median } from '../statistics/quantile.ts'
import { siteIn, type Bench } from '../workbench/bench.ts'
import { takeTurns, type Finding, type Row } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

const objects = 10_000
const connections = 32
const lists = 5
const watchers = 1_000
const changes = 20

/** Creates, lists and watches of an API server, beside kube-apiserver and etcd if they are there. */
export const apiServerShape: Shape = {
  name: 'api-server',
  title: `an API server: ${objects} creates of 1 KB by ${connections} connections, lists of all of them, changes heard by ${watchers} watchers`,
  peers: [],
  metrics: [
    { name: 'cpuMicrosPerCreate', title: 'µs CPU/create' },
    { name: 'createsPerSecond', title: 'creates/s', isBetterHigher: true },
    { name: 'listMs', title: 'ms/list' },
    { name: 'listCpuMs', title: 'ms CPU/list' },
    { name: 'changeMs', title: 'ms until all hear' },
    { name: 'memoryMiB', title: 'MiB' },
    { name: 'startMs', title: 'ms to start' },
  ],
  baseline: 'fairlead, in memory',
  async measure(bench) {
    await bench.pool.stop()
    await takeTurns(bench, [
      row(bench, 'fairlead, in memory', (site) => startFairleadApiServer(site, 'memory')),
      row(bench, 'fairlead, data directory', (site) =>
        startFairleadApiServer(site, 'data directory'),
      ),
      ...kubernetesRows(bench),
    ])
  },
}

function kubernetesRows(bench: Bench): Row[] {
  const programs = kubeApiServerPrograms()
  if (programs === undefined) {
    bench.note('without kube-apiserver: KUBEBUILDER_ASSETS names no directory that has it and etcd')
    return []
  }
  bench.note('etcd runs as in envtest: it does not wait for the disk')
  return [row(bench, 'kube-apiserver, etcd', (site) => startKubeApiServer(site, programs))]
}

function row(
  bench: Bench,
  name: string,
  start: (site: ApiServerSite) => Promise<BenchedApiServer>,
): Row {
  return {
    name,
    async measure() {
      const folder = mkdtempSync(join(bench.folder, 'api-server-'))
      const before = performance.now()
      const server = await start({ folder, start: siteIn(bench, folder).start })
      const startMs = performance.now() - before
      const figures = { startMs, ...(await measureServer(server)) }
      await stopApiServer(server)
      return { figures }
    },
  }
}

async function measureServer(server: BenchedApiServer): Promise<Finding['figures']> {
  const client = new ApiServerClient(server, connections)
  const created = await measured(server, () => createAll(client))
  const listed = await measured(server, async () => {
    for (let list = 0; list < lists; list++) await client.request('GET', configMapsPath)
  })
  const memoryMiB = memoryMiBOf(server)
  const changeMs = await measureChanges(server, client)
  client.close()
  return {
    cpuMicrosPerCreate: created.cpuMicros / objects,
    createsPerSecond: objects / (created.ms / 1000),
    listMs: listed.ms / lists,
    listCpuMs: listed.cpuMicros / 1000 / lists,
    changeMs,
    memoryMiB,
  }
}

/** As many at once as there are connections, each followed by the next as soon as it is answered. */
async function createAll(client: ApiServerClient): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < objects) {
      await client.request('POST', configMapsPath, configMap(`object-${next++}`))
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
}

async function measureChanges(server: BenchedApiServer, client: ApiServerClient): Promise<number> {
  const open = await openWatchers(server, configMapsPath, watchers)
  const times: number[] = []
  for (let change = 0; change < changes; change++) {
    const marker = `change-${change}-end`
    const path = `${configMapsPath}/object-${change}`
    const body = configMap(`object-${change}`, marker)
    times.push(await open.changeMs(() => client.request('PUT', path, body), marker))
  }
  open.close()
  return median(times)
}

async function measured(
  server: BenchedApiServer,
  work: () => Promise<void>,
): Promise<{ readonly ms: number; readonly cpuMicros: number }> {
  const [before, start] = [cpuMicrosOf(server), performance.now()]
  await work()
  return { ms: performance.now() - start, cpuMicros: cpuMicrosOf(server) - before }
}
