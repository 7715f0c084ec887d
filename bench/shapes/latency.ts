import { small, type Call } from '../calls/calls.ts'
import { pacedLoad } from '../load/paced-load.ts'
import type { PacedLoadResult, Percentiles } from '../load/paced-load-terms.ts'
import type { Metric } from '../report/result.ts'
import { directURL, type Bench } from '../workbench/bench.ts'
import type { Finding, Row } from '../workbench/take-turns.ts'
import { takeTurns } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

/** Rounds are so many times longer than others: high percentiles need many calls. */
const longer = 3

export const latencyMetrics: readonly Metric[] = [
  { name: 'addedMsP50', title: 'added ms p50', digits: 2 },
  { name: 'addedMsP99', title: 'added p99', digits: 2 },
  { name: 'addedMsP999', title: 'added p99.9', digits: 2 },
  { name: 'msP50', title: 'whole ms p50', digits: 2 },
  { name: 'msP99', title: 'whole p99', digits: 2 },
  { name: 'msP999', title: 'whole p99.9', digits: 2 },
  { name: 'cpuMicrosPerRequest', title: 'µs CPU/request' },
  { name: 'calls', title: 'calls', isBetterHigher: true },
  { name: 'latenessMsP99', title: 'generator late p99', digits: 2 },
]

/** The program that calls pass, if any. */
export interface Passed {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly cpuMicros: () => number
}

interface FixedRate {
  readonly name: string
  readonly requestsPerSecond: number
  readonly peers: readonly string[]
}

/** What a hop adds to the latency at a fixed rate, beside the same load without it. */
export function fixedRate({ name, requestsPerSecond, peers }: FixedRate): Shape {
  return {
    name,
    title: `latency at ${requestsPerSecond} requests/s, 1 KB each way; added to that without a hop`,
    peers,
    metrics: latencyMetrics,
    baseline: 'nginx',
    async measure(bench) {
      const able = await bench.pool.able(bench.chosen, small, bench.note)
      const latency = new AddedLatency(bench, requestsPerSecond)
      await takeTurns(bench, [
        latency.directRow(),
        ...able.map(({ name: row, contender }) =>
          latency.row(row, {
            url: contender.url(small),
            headers: contender.headers(small),
            cpuMicros: () => contender.process.cpuMicros(),
          }),
        ),
      ])
    },
  }
}

/** Measures latencies, and subtracts those without a hop of the same round. */
export class AddedLatency {
  readonly #bench: Bench
  readonly #requestsPerSecond: number
  readonly #call: Call = small
  #direct: Percentiles | undefined

  constructor(bench: Bench, requestsPerSecond: number) {
    this.#bench = bench
    this.#requestsPerSecond = requestsPerSecond
  }

  /** Straight to the upstream; the first row of each round. */
  directRow(): Row {
    return {
      name: 'no hop',
      measure: async () => {
        const result = await this.#load(directURL(this.#bench, this.#call), {})
        this.#direct = result.latency
        return { figures: wholeFigures(result), failures: result.failures }
      },
    }
  }

  row(name: string, passed: Passed): Row {
    return { name, measure: () => this.measure(passed) }
  }

  async measure({ url, headers, cpuMicros }: Passed): Promise<Finding> {
    const before = cpuMicros()
    const result = await this.#load(url, headers)
    const cpu = cpuMicros() - before
    const { latency, sent, failures } = result
    const { p50 = 0, p99 = 0, p999 = 0 } = this.#direct ?? {}
    return {
      figures: {
        addedMsP50: latency.p50 - p50,
        addedMsP99: latency.p99 - p99,
        addedMsP999: latency.p999 - p999,
        ...wholeFigures(result),
        cpuMicrosPerRequest: cpu / Math.max(sent - failures, 1),
      },
      failures,
    }
  }

  #load(url: string, headers: Readonly<Record<string, string>>): Promise<PacedLoadResult> {
    return pacedLoad(this.#bench.processes, this.#bench.folder, {
      url,
      headers,
      bodies: [this.#call.requestBody],
      pace: { requestsPerSecond: this.#requestsPerSecond },
      warmUpSeconds: 1,
      seconds: this.#bench.seconds * longer,
    })
  }
}

function wholeFigures({ latency, lateness, answered }: PacedLoadResult) {
  return {
    msP50: latency.p50,
    msP99: latency.p99,
    msP999: latency.p999,
    calls: answered,
    latenessMsP99: lateness.p99,
  }
}
