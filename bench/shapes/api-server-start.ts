import { existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stopApiServer } from '../api-servers/api-server.ts'
import { kubeApiServerPrograms, startKubeApiServer } from '../api-servers/kube-api-server.ts'
import type { ServerLife } from '../api-servers/life.program.ts'
import { siteIn, type Bench } from '../workbench/bench.ts'
import { takeTurns, type Row } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

const program = fileURLToPath(new URL('../api-servers/life.program.ts', import.meta.url))
const built = fileURLToPath(new URL('../../packages/apiserver/dist/testing.js', import.meta.url))

/** What a test pays for an API server in its own process. */
export const apiServerStartShape: Shape = {
  name: 'api-server-start',
  title: 'TestEnvironment in a new process: start, create an object, stop; then once more',
  peers: [],
  metrics: [
    { name: 'startMs', title: 'ms to start', digits: 1 },
    { name: 'firstLifeMs', title: 'whole life', digits: 1 },
    { name: 'laterStartMs', title: 'next start', digits: 1 },
    { name: 'laterLifeMs', title: 'next life', digits: 1 },
    { name: 'importMs', title: 'ms to import' },
  ],
  baseline: 'fairlead, built',
  async measure(bench) {
    await bench.pool.stop()
    await takeTurns(bench, [
      ...builtRows(bench),
      lifeRow(bench, 'fairlead, from sources', ['--conditions=source']),
      ...kubernetesRows(bench),
    ])
  },
}

function builtRows(bench: Bench): Row[] {
  if (existsSync(built)) return [lifeRow(bench, 'fairlead, built', [])]
  bench.note('without the built packages: run npm run build first')
  return []
}

function lifeRow({ processes }: Bench, name: string, flags: readonly string[]): Row {
  return {
    name,
    async measure() {
      const printed = await processes.run(process.execPath, [...flags, program])
      return { figures: { ...(JSON.parse(printed) as ServerLife) } }
    },
  }
}

function kubernetesRows(bench: Bench): Row[] {
  const programs = kubeApiServerPrograms()
  if (programs === undefined) {
    bench.note('without kube-apiserver: KUBEBUILDER_ASSETS names no directory that has it and etcd')
    return []
  }
  return [
    {
      name: 'kube-apiserver, etcd',
      async measure() {
        const folder = mkdtempSync(join(bench.folder, 'api-server-'))
        const before = performance.now()
        const server = await startKubeApiServer(
          { folder, start: siteIn(bench, folder).start },
          programs,
        )
        const startMs = performance.now() - before
        await stopApiServer(server)
        return { figures: { startMs, firstLifeMs: performance.now() - before } }
      },
    },
  ]
}
