import { small } from '../calls/calls.ts'
import { addPolicies, countInRedis, refuseCalls } from '../fairlead/add-policies.ts'
import { addProvider } from '../fairlead/add-provider.ts'
import { startFairlead, type BenchedFairlead } from '../fairlead/start-fairlead.ts'
import { startRedis } from '../processes/redis-process.ts'
import { siteIn, type Bench } from '../workbench/bench.ts'
import { takeTurns, type Finding, type Row } from '../workbench/take-turns.ts'
import { closedLoopMetrics, underFullLoad } from './closed-loop.ts'
import type { Shape } from './shape.ts'

const baseline = 'no policies'
const refused = 'refused'

/** What limits, access and prices add to a call, and what a refusal costs. */
export const policiesShape: Shape = {
  name: 'policies',
  title: '1 KB each way, with three limits, an AccessPolicy and a price; 32 connections',
  peers: [],
  metrics: [
    ...closedLoopMetrics,
    { name: 'addedMicros', title: 'µs added', digits: 1 },
    { name: 'redisMicros', title: "Redis's µs", digits: 1 },
  ],
  baseline,
  async measure(bench) {
    await bench.pool.stop()
    const plain = await start(bench)
    const counting = await start(bench)
    await addPolicies(counting, small.requestBody)
    const redis = await startRedis(bench.processes, bench.folder)
    const leasing = await start(bench)
    await countInRedis(leasing, redis.url, {})
    await addPolicies(leasing, small.requestBody)
    const asking = await start(bench)
    await countInRedis(asking, redis.url, undefined)
    await addPolicies(asking, small.requestBody)
    await addProvider(counting, refused, siteIn(bench, bench.folder).baseURL(small))
    await refuseCalls(counting, `${refused}-model`, refusedBody)
    const redisMicros = () => redis.process.cpuMicros()
    const added = new AddedTime()
    await takeTurns(bench, [
      added.to(baseline, () => round(bench, plain)),
      added.to('in process', () => round(bench, counting)),
      added.to('Redis, leases', () => round(bench, leasing, { redisMicros })),
      added.to('Redis, each call', () => round(bench, asking, { redisMicros })),
      added.to('refused', () => round(bench, counting, { isRefused: true })),
    ])
    for (const fairlead of [plain, counting, leasing, asking]) await fairlead.stop()
    await redis.process.stop()
  },
}

const refusedBody = small.requestBody.replace(`${small.name}-model`, `${refused}-model`)

async function start(bench: Bench): Promise<BenchedFairlead> {
  const site = siteIn(bench, bench.folder)
  const fairlead = await startFairlead(site)
  await addProvider(fairlead, small.name, site.baseURL(small))
  return fairlead
}

interface RoundOptions {
  readonly isRefused?: boolean
  readonly redisMicros?: () => number
}

async function round(
  bench: Bench,
  { gateway, headers, process }: BenchedFairlead,
  { isRefused = false, redisMicros }: RoundOptions = {},
): Promise<Finding> {
  let calls = 0
  const redisBefore = redisMicros?.() ?? 0
  const finding = await underFullLoad(bench, {
    cpuMicros: () => process.cpuMicros(),
    url: `${gateway}/v1/chat/completions`,
    headers,
    body: isRefused ? refusedBody : small.requestBody,
    outcome: isRefused ? 'refusals' : 'answers',
    onRequests: (requests) => (calls += requests),
  })
  if (redisMicros === undefined || calls === 0) return finding
  const figures = { ...finding.figures, redisMicros: (redisMicros() - redisBefore) / calls }
  return { ...finding, figures }
}

/** Compares the rows of each round with the first one. */
class AddedTime {
  #base: number | undefined

  to(name: string, measure: () => Promise<Finding>): Row {
    return {
      name,
      measure: async () => {
        const finding = await measure()
        const { cpuMicrosPerRequest: own } = finding.figures
        if (name === baseline) this.#base = own
        if (name === baseline || own === undefined || this.#base === undefined) return finding
        return { ...finding, figures: { ...finding.figures, addedMicros: own - this.#base } }
      },
    }
  }
}
