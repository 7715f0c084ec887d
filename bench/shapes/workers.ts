import { small, stream } from '../calls/calls.ts'
import { addProvider } from '../fairlead/add-provider.ts'
import { fairleadMain, startFairlead, type BenchedFairlead } from '../fairlead/start-fairlead.ts'
import { planCores } from '../machine/cores.ts'
import { siteIn, startMeasured, type Bench } from '../workbench/bench.ts'
import { takeTurns } from '../workbench/take-turns.ts'
import { closedLoopMetrics, underFullLoad } from './closed-loop.ts'
import type { Shape } from './shape.ts'

const counts = [1, 2]

/** Whether a second worker gives as much again. */
export const workersShape: Shape = {
  name: 'workers',
  title: 'one worker and two, 1 KB calls and streams of 200 chunks sent at once',
  peers: [],
  metrics: closedLoopMetrics,
  baseline: '1 worker, small',
  async measure(bench) {
    const help = await bench.processes.run(process.execPath, [
      '--conditions=source',
      fairleadMain,
      '--help',
    ])
    if (!help.includes('--workers')) {
      bench.note('left out: this fairlead has no flag --workers')
      return
    }
    await bench.pool.stop()
    const width = Math.max(...counts)
    if (planCores(bench.cores, width) === undefined) {
      bench.note('workers, load and upstream share all CPUs: compare µs CPU, not requests/s')
    }
    const started: BenchedFairlead[] = []
    for (const count of counts) started.push(await startWorkers(bench, count, width))
    await takeTurns(
      bench,
      [small, stream].flatMap((call) =>
        started.map((fairlead, index) => ({
          name: `${counts[index]} ${counts[index] === 1 ? 'worker' : 'workers'}, ${call.name}`,
          measure: () =>
            underFullLoad(bench, {
              url: `${fairlead.gateway}/v1/chat/completions`,
              headers: fairlead.headers,
              body: call.requestBody,
              cpuMicros: () => fairlead.process.cpuMicros(),
            }),
        })),
      ),
    )
    for (const fairlead of started) await fairlead.stop()
  },
}

async function startWorkers(bench: Bench, count: number, width: number): Promise<BenchedFairlead> {
  const site = siteIn(bench, bench.folder)
  const fairlead = await startFairlead({
    folder: bench.folder,
    start: (options) => startMeasured(bench, options, width),
    flags: ['--workers', String(count)],
  })
  for (const call of [small, stream]) await addProvider(fairlead, call.name, site.baseURL(call))
  return fairlead
}
