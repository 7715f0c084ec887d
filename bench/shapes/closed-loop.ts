import type { Call } from '../calls/calls.ts'
import { load } from '../load/wrk.ts'
import type { Bench } from '../workbench/bench.ts'
import type { AbleContender } from '../workbench/contender-pool.ts'
import { takeTurns, type Finding, type Row } from '../workbench/take-turns.ts'
import type { Metric } from '../report/result.ts'
import type { Shape } from './shape.ts'

/** Calls at the same time, each followed by the next as soon as it is answered. */
const connections = 32

export const closedLoopMetrics: readonly Metric[] = [
  { name: 'cpuMicrosPerRequest', title: 'µs CPU/request' },
  { name: 'requestsPerSecond', title: 'requests/s', isBetterHigher: true },
  { name: 'medianMs', title: 'median ms', digits: 1 },
]

interface ClosedLoop {
  readonly name: string
  readonly title: string
  readonly peers: readonly string[]
  readonly call: Call
  /** Another call of Fairlead's to compare with, in a row of its own, which is the baseline. */
  readonly beside?: { readonly row: string; readonly call: Call }
}

/** CPU time per request under as much load as the contender can take. */
export function closedLoop({ name, title, peers, call, beside }: ClosedLoop): Shape {
  return {
    name,
    title: `${title}; ${connections} connections`,
    peers,
    metrics: closedLoopMetrics,
    baseline: beside?.row ?? 'nginx',
    async measure(bench) {
      const able = await bench.pool.able(bench.chosen, call, bench.note)
      const own = able.find((each) => each.name === 'fairlead')
      const rows = able.map((each) => rowOf(bench, each.name, each, call))
      const extra =
        beside === undefined || own === undefined
          ? []
          : [rowOf(bench, beside.row, own, beside.call)]
      await takeTurns(bench, [...extra, ...rows])
    },
  }
}

function rowOf(bench: Bench, name: string, { contender }: AbleContender, call: Call): Row {
  return {
    name,
    measure: () =>
      underFullLoad(bench, {
        cpuMicros: () => contender.process.cpuMicros(),
        url: contender.url(call),
        headers: contender.headers(call),
        body: call.requestBody,
      }),
  }
}

interface LoadedProgram {
  readonly cpuMicros: () => number
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What its calls come to. Defaults to answers. */
  readonly outcome?: 'answers' | 'refusals'
  /** Told of the calls of the warm-up, then of those that are measured. */
  readonly onRequests?: (count: number) => void
}

/** A round: a second of warm-up, what that leaves behind, then the measurement. */
export async function underFullLoad(bench: Bench, loaded: LoadedProgram): Promise<Finding> {
  const { url, headers, body, cpuMicros, outcome = 'answers' } = loaded
  const options = { folder: bench.folder, url, headers, body, connections }
  const warmUp = await load(bench.processes, { ...options, seconds: 1 })
  loaded.onRequests?.(warmUp.requests)
  await untilIdle(cpuMicros)
  const before = cpuMicros()
  const result = await load(bench.processes, { ...options, seconds: bench.seconds })
  const cpu = cpuMicros() - before
  loaded.onRequests?.(result.requests)
  const answers = result.requests - result.failures
  const [good, failures] =
    outcome === 'answers' ? [answers, result.failures] : [result.failures, answers]
  if (good === 0 || result.medianMs === undefined) {
    bench.note('a dash: no good answer in any round')
    return { figures: {}, failures }
  }
  return {
    figures: {
      cpuMicrosPerRequest: cpu / good,
      requestsPerSecond: (result.requestsPerSecond * good) / result.requests,
      medianMs: result.medianMs,
    },
    failures,
  }
}

/** Waits until calls that the load generator has given up are done with, for three seconds at most. */
async function untilIdle(cpuMicros: () => number): Promise<void> {
  const idlePart = 0.2
  const pauseMs = 100
  for (let waitedMs = 0; waitedMs < 3000; waitedMs += pauseMs) {
    const before = cpuMicros()
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    if (cpuMicros() - before <= idlePart * pauseMs * 1000) return
  }
}
