import type { Call } from '../calls/calls.ts'
import { load } from '../load/wrk.ts'
import { eventually } from '../processes/eventually.ts'
import { millisecondsPerWord, wordsPerStream } from '../calls/word-by-word-terms.ts'
import type { Bench } from '../workbench/bench.ts'
import type { AbleContender } from '../workbench/contender-pool.ts'
import { takeTurns, type Finding, type Row } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

/** Streams that are open at any time: 20,000 chunks a second, which a core can pass on. */
const openStreams = 100
/** Fewer for who cannot: its streams would only pile up. */
const fewerStreams: Readonly<Record<string, number>> = { litellm: 10 }

interface WordStreams {
  readonly name: string
  readonly title: string
  readonly peers: readonly string[]
  readonly call: Call
  /** Another call of Fairlead's to compare with, in a row of its own, which is the baseline. */
  readonly beside?: { readonly row: string; readonly call: Call }
}

/** CPU time per chunk while many streams trickle. */
export function wordStreams({ name, title, peers, call, beside }: WordStreams): Shape {
  return {
    name,
    title: `${title}; ${openStreams} streams of ${wordsPerStream} words, one each ${millisecondsPerWord} ms`,
    peers,
    metrics: [
      { name: 'cpuMicrosPerChunk', title: 'µs CPU/chunk', digits: 1 },
      { name: 'chunksPerSecond', title: 'chunks/s', isBetterHigher: true },
      { name: 'streamMs', title: 'ms/stream' },
    ],
    baseline: beside?.row ?? 'nginx',
    async measure(bench) {
      const able = await bench.pool.able(bench.chosen, call, bench.note)
      const own = able.find((each) => each.name === 'fairlead')
      const rows = able.map((each) => rowOf(bench, each.name, each, call))
      const extra =
        beside === undefined || own === undefined
          ? []
          : [rowOf(bench, beside.row, own, beside.call)]
      for (const { name: slow } of able.filter((each) => each.name in fewerStreams)) {
        bench.note(`${slow}: ${fewerStreams[slow]} streams`)
      }
      bench.note(
        'chunks that a slow program joins are cheaper: compare only where ms/stream is alike',
      )
      await takeTurns(bench, [...extra, ...rows])
    },
  }
}

function rowOf(bench: Bench, name: string, contender: AbleContender, call: Call): Row {
  return { name, measure: () => trickle(bench, contender, call) }
}

/**
 * A round: chunks are counted where they are written, between two moments at which all streams are
 * open, so that neither the start nor the end of the load is part of it.
 */
async function trickle(
  bench: Bench,
  { name, contender }: AbleContender,
  call: Call,
): Promise<Finding> {
  const { processes, folder, seconds, words } = bench
  // Some go on with calls whose callers have left: those are not to be counted for the next.
  await eventually('the end of all streams', async () =>
    (await words.counts()).open === 0 ? true : undefined,
  )
  const loading = load(processes, {
    folder,
    url: contender.url(call),
    headers: contender.headers(call),
    body: call.requestBody,
    connections: fewerStreams[name] ?? openStreams,
    seconds: seconds + 2,
  })
  // Rejections are seen below, by whoever awaits it.
  loading.catch(() => {})
  await wait(1000)
  const before = await sample(bench, contender)
  await wait(seconds * 1000)
  const after = await sample(bench, contender)
  const { failures, medianMs } = await loading
  const chunks = after.events - before.events
  if (chunks === 0) throw new Error(`no chunks passed: ${JSON.stringify(await words.counts())}`)
  return {
    figures: {
      cpuMicrosPerChunk: (after.cpuMicros - before.cpuMicros) / chunks,
      chunksPerSecond: (chunks * 1000) / (after.atMs - before.atMs),
      ...(medianMs === undefined ? {} : { streamMs: medianMs }),
    },
    failures,
  }
}

async function sample({ words }: Bench, { process }: AbleContender['contender']) {
  const { events } = await words.counts()
  return { events, cpuMicros: process.cpuMicros(), atMs: performance.now() }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
