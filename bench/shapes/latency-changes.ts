import { small } from '../calls/calls.ts'
import { addProvider } from '../fairlead/add-provider.ts'
import type { ProcessOptions } from '../processes/processes.ts'
import { startFairlead, type BenchedFairlead } from '../fairlead/start-fairlead.ts'
import { planCores } from '../machine/cores.ts'
import { siteIn, startMeasured } from '../workbench/bench.ts'
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
    { name: 'loopLagMsMax', title: 'worker lag max ms', digits: 1 },
    { name: 'loopLagMsP99', title: 'lag p99', digits: 1 },
    { name: 'changesPerSecond', title: 'changes/s', isBetterHigher: true },
  ],
  baseline: 'no changes',
  async measure(bench) {
    await bench.pool.stop()
    const site = siteIn(bench, bench.folder)
    // A CPU for the worker and one for the process that is told of the changes.
    const start = (options: ProcessOptions) => startMeasured(bench, options, 2)
    const fairlead = await startFairlead({ folder: bench.folder, start })
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
      { name: 'no changes', measure: () => withLag(fairlead, () => latency.measure(passed)) },
      {
        name: `${changesPerSecond} changes/s`,
        measure: () => withLag(fairlead, () => whileChanging(fairlead, latency, passed)),
      },
    ])
    if (planCores(bench.cores, 2) === undefined) {
      bench.note('all processes, load and upstream included, share all CPUs')
    }
    bench.note('µs CPU/request includes the changes; changes/s are those that were answered')
    await fairlead.stop()
  },
}

function change(fairlead: BenchedFairlead, index: number, n: number): Promise<void> {
  return fairlead.apply('Persona', `changing-${index}`, { instructions: `Version ${n}.` })
}

/** With what the worker says of its own event loop. */
async function withLag(
  fairlead: BenchedFairlead,
  measure: () => Promise<Finding>,
): Promise<Finding> {
  // The gauges cover the time since they were read last.
  await fairlead.metrics()
  const { figures, failures = 0 } = await measure()
  const metrics = await fairlead.metrics()
  const lagMs = (quantile: string) => {
    const line = `fairlead_gateway_event_loop_lag_seconds{quantile="${quantile}"} `
    const [, rest] = metrics.split(line)
    if (rest === undefined) throw new Error(`there is no metric ${line}`)
    return Number.parseFloat(rest) * 1000
  }
  return {
    figures: { ...figures, loopLagMsMax: lagMs('1'), loopLagMsP99: lagMs('0.99') },
    failures,
  }
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
