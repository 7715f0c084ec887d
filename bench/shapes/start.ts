import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { small } from '../calls/calls.ts'
import { answerProblem } from '../contract/verify-answer.ts'
import { startFairlead } from '../fairlead/start-fairlead.ts'
import { startGatewayAlone } from '../fairlead/start-gateway-alone.ts'
import { eventually } from '../processes/eventually.ts'
import type { RunningProcess } from '../processes/processes.ts'
import { siteIn, type Bench } from '../workbench/bench.ts'
import { takeTurns, type Finding, type Row } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

/** From starting a program to its first right answer. */
export const startShape: Shape = {
  name: 'start',
  title: 'from start to the first right answer, to 5 ms',
  peers: ['nginx', 'envoy', 'portkey', 'litellm'],
  metrics: [
    { name: 'startMs', title: 'ms' },
    { name: 'cpuMs', title: 'ms CPU' },
  ],
  baseline: 'nginx',
  async measure(bench) {
    await bench.pool.stop()
    const before = join(mkdtempSync(join(bench.folder, 'start-')), 'data')
    await startUp(bench, before)
    bench.note('fairlead runs from its sources, whose types Node removes while it loads them')
    await takeTurns(bench, [
      ...bench.chosen.filter((name) => name !== 'fairlead').map((name) => peerRow(bench, name)),
      {
        name: 'fairlead up, first start',
        measure: () => startUp(bench, join(mkdtempSync(join(bench.folder, 'start-')), 'data')),
      },
      { name: 'fairlead up, later start', measure: () => startUp(bench, before) },
      {
        name: 'fairlead gateway',
        measure: () =>
          timed(async () => {
            const folder = mkdtempSync(join(bench.folder, 'start-'))
            const contender = await startGatewayAlone(siteIn(bench, folder))
            await untilRight(() => answerProblem(contender, small))
            return contender.process
          }),
      },
    ])
  },
}

function peerRow(bench: Bench, name: string): Row {
  return {
    name,
    measure: () =>
      timed(async () => {
        const contender = await bench.pool.fresh(name, bench.note)
        if (contender === undefined) return undefined
        await untilRight(() => answerProblem(contender, small))
        return contender.process
      }),
  }
}

/** `fairlead up` until the quickstart's own model answers. */
function startUp(bench: Bench, dataDir: string): Promise<Finding> {
  return timed(async () => {
    const fairlead = await startFairlead({ ...siteIn(bench, bench.folder), dataDir })
    await untilRight(async () => {
      const response = await fetch(`${fairlead.gateway}/v1/chat/completions`, {
        method: 'POST',
        headers: { ...fairlead.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'x' }], model: 'assistant' }),
      })
      const text = await response.text()
      return response.status === 200 ? undefined : text
    })
    return { ...fairlead.process, stop: () => fairlead.stop() }
  })
}

async function timed(start: () => Promise<RunningProcess | undefined>): Promise<Finding> {
  const process = await start()
  if (process === undefined) return { figures: {} }
  const startMs = performance.now() - process.startedMs
  const cpuMs = process.cpuMicros() / 1000
  await process.stop()
  return { figures: { startMs, cpuMs } }
}

async function untilRight(problemOf: () => Promise<string | undefined>): Promise<void> {
  const pollMs = 5
  await eventually(
    'the first answer',
    async () => {
      const problem = await problemOf()
      if (problem !== undefined) throw new Error(problem)
      return true as const
    },
    pollMs,
  )
}
