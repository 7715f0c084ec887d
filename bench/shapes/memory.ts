import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { held, small } from '../calls/calls.ts'
import type { RunningContender } from '../contract/contender.ts'
import { answerProblem } from '../contract/verify-answer.ts'
import { startGatewayAlone } from '../fairlead/start-gateway-alone.ts'
import { openStreams } from '../load/open-streams.ts'
import { load } from '../load/wrk.ts'
import { eventually } from '../processes/eventually.ts'
import { siteIn, type Bench } from '../workbench/bench.ts'
import { takeTurns, type Finding } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

const streams = 2000
/** Load takes so many times longer than rounds of other shapes: memory must have time to grow. */
const longer = 5

/** Memory of new processes: at rest, with many open streams, and under load. */
export const memoryShape: Shape = {
  name: 'memory',
  title: `memory of a new process; ${streams} open streams, then 1 KB calls at full load`,
  peers: ['nginx', 'raw-net', 'http-undici', 'envoy', 'portkey', 'litellm'],
  metrics: [
    { name: 'restMiB', title: 'MiB at rest' },
    { name: 'kibPerStream', title: 'KiB/open stream', digits: 1 },
    { name: 'loadedMiB', title: 'MiB under load, at most' },
    { name: 'requests', title: 'requests', isBetterHigher: true },
  ],
  baseline: 'nginx',
  async measure(bench) {
    await bench.pool.stop()
    const rows = [
      ...bench.chosen.map((name) => ({
        name: name === 'fairlead' ? 'fairlead up' : name,
        start: () => bench.pool.fresh(name, bench.note),
      })),
      {
        name: 'fairlead gateway',
        start: () =>
          startGatewayAlone(siteIn(bench, mkdtempSync(join(bench.folder, 'gateway-alone-')))),
      },
    ]
    bench.note('a page that several processes of a program share is counted once')
    await takeTurns(
      bench,
      rows.map(({ name, start }) => ({
        name,
        measure: async () => {
          const contender = await start()
          return contender === undefined ? { figures: {} } : measureMemory(bench, name, contender)
        },
      })),
    )
  },
}

async function measureMemory(
  bench: Bench,
  name: string,
  contender: RunningContender,
): Promise<Finding> {
  const { process } = contender
  await eventually('an answer', async () => {
    const problem = await answerProblem(contender, small)
    if (problem !== undefined) throw new Error(problem)
    return true as const
  })
  const restMiB = await settledMemory(process)
  const close = openStreams(requestOf(contender, held), streams)
  const open = await openAtUpstream(bench)
  if (open < streams) bench.note(`${name} passes on only ${open} of ${streams} streams`)
  const streamingMiB = await settledMemory(process)
  close()
  // Not all programs end the call to the provider when its caller leaves.
  await bench.words.endHeld()
  await eventually('the end of the streams', async () =>
    (await bench.words.counts()).open === 0 ? true : undefined,
  )
  let loadedMiB = 0
  const sampling = setInterval(() => (loadedMiB = Math.max(loadedMiB, process.memoryMiB())), 250)
  const seconds = bench.seconds * longer
  const loaded = { ...requestOf(contender, small), folder: bench.folder, connections: 32, seconds }
  const result = await load(bench.processes, loaded).finally(() => clearInterval(sampling))
  await process.stop()
  return {
    figures: {
      restMiB,
      kibPerStream: ((streamingMiB - restMiB) * 1024) / open,
      loadedMiB,
      requests: result.requests - result.failures,
    },
    failures: result.failures,
  }
}

/** The number of open streams once it is complete, or has not changed for five seconds. */
async function openAtUpstream({ words }: Bench): Promise<number> {
  let before = 0
  return eventually(
    'open streams',
    async () => {
      const { open } = await words.counts()
      const isDone = open >= streams || (open > 0 && open === before)
      before = open
      return isDone ? open : undefined
    },
    5000,
  )
}

/** The memory once it has changed by less than a hundredth within a second. */
async function settledMemory({ memoryMiB }: RunningContender['process']): Promise<number> {
  let before = 0
  return eventually(
    'memory to settle',
    () => {
      const now = memoryMiB()
      const isSettled = Math.abs(now - before) < now / 100
      before = now
      return isSettled ? now : undefined
    },
    1000,
  )
}

function requestOf(contender: RunningContender, call: typeof small) {
  return { url: contender.url(call), headers: contender.headers(call), body: call.requestBody }
}
