import { small } from '../calls/calls.ts'
import { addProvider } from '../fairlead/add-provider.ts'
import { startFairlead, type BenchedFairlead } from '../fairlead/start-fairlead.ts'
import { siteIn } from '../workbench/bench.ts'
import { takeTurns, type Finding } from '../workbench/take-turns.ts'
import { AddedLatency, latencyMetrics, type Passed } from './latency.ts'
import type { Shape } from './shape.ts'

const requestsPerSecond = 200
const resources = 100
const changesPerSecond = 100
/** More changes than this under way mean that the pace is not kept. */
const underWayMax = 50

/** Whether calls notice that the configuration changes all the time. */
export const latencyChangesShape: Shape = {
  name: 'latency-changes',
  title: `latency at ${requestsPerSecond} requests/s while ${changesPerSecond} of ${resources} resources change each second`,
  peers: [],
  metrics: [
    ...latencyMetrics,
    { name: 'changesPerSecond', title: 'changes/s', isBetterHigher: true },
  ],
  baseline: 'no changes',
  async measure(bench) {
    await bench.pool.stop()
    const site = siteIn(bench, bench.folder)
    const fairlead = await startFairlead(site)
    await addProvider(fairlead, small.name, site.baseURL(small))
    for (let index = 0; index < resources; index++) await change(fairlead, index, 0)
    const passed = {
      url: `${fairlead.gateway}/v1/chat/completions`,
      headers: fairlead.headers,
      cpuMicros: () => fairlead.process.cpuMicros(),
    }
    const latency = new AddedLatency(bench, requestsPerSecond)
    await takeTurns(bench, [
      latency.directRow(),
      latency.row('no changes', passed),
      {
        name: `${changesPerSecond} changes/s`,
        measure: () => whileChanging(fairlead, latency, passed),
      },
    ])
    bench.note('µs CPU/request includes the changes; changes/s are those that were answered')
    await fairlead.stop()
  },
}

function change(fairlead: BenchedFairlead, index: number, n: number): Promise<void> {
  return fairlead.apply('Persona', `changing-${index}`, { instructions: `Version ${n}.` })
}

async function whileChanging(
  fairlead: BenchedFairlead,
  latency: AddedLatency,
  passed: Passed,
): Promise<Finding> {
  const startMs = performance.now()
  let made = 0
  let answered = 0
  let failure: unknown
  const timer = setInterval(() => {
    const due = ((performance.now() - startMs) / 1000) * changesPerSecond
    while (made < due && made - answered < underWayMax) {
      const n = made
      made += 1
      change(fairlead, n % resources, n).then(
        () => (answered += 1),
        (error: unknown) => (failure ??= error),
      )
    }
  }, 5)
  try {
    const { figures, failures = 0 } = await latency.measure(passed)
    if (failure !== undefined) throw new Error('a change failed', { cause: failure })
    const seconds = (performance.now() - startMs) / 1000
    return { figures: { ...figures, changesPerSecond: answered / seconds }, failures }
  } finally {
    clearInterval(timer)
  }
}
