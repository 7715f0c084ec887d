import { small } from '../calls/calls.ts'
import { addProvider } from '../fairlead/add-provider.ts'
import {
  addBystanders,
  liveChanges,
  timeToEffect,
  type LiveChange,
} from '../fairlead/live-changes.ts'
import { startFairlead, type BenchedFairlead } from '../fairlead/start-fairlead.ts'
import { pacedLoad } from '../load/paced-load.ts'
import { median, quantile } from '../statistics/quantile.ts'
import { startMirror } from '../upstreams/mirror.ts'
import { siteIn, type Bench } from '../workbench/bench.ts'
import { takeTurns, type Finding } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

/** How many resources there are besides the quickstart's. */
const sizes = [10, 100, 1000]
const requestsPerSecond = 200
/** Apart enough for each change to be compiled, reported and written into conditions by itself. */
const betweenMs = 50

/** What a change costs and how soon it is in effect, with few and with many resources. */
export const resourcesShape: Shape = {
  name: 'resources',
  title: `one change after the other, of five kinds in turn, by number of resources; under load: ${requestsPerSecond} requests/s`,
  peers: [],
  metrics: [
    { name: 'cpuMsPerChange', title: 'ms CPU/change', digits: 1 },
    { name: 'effectMs', title: 'ms to effect', digits: 1 },
    { name: 'effectMsP99', title: 'effect p99', digits: 1 },
    { name: 'loadedEffectMs', title: 'ms under load', digits: 1 },
    { name: 'loadedEffectMsP99', title: 'under load p99', digits: 1 },
  ],
  baseline: `${sizes[0]} resources`,
  async measure(bench) {
    await bench.pool.stop()
    const mirror = await startMirror()
    const started: Subject[] = []
    for (const size of sizes) started.push(await startSubject(bench, size, mirror.url))
    await takeTurns(
      bench,
      started.map((subject, index) => ({
        name: `${sizes[index]} resources`,
        measure: () => measureChanges(bench, subject),
      })),
    )
    for (const { fairlead } of started) await fairlead.stop()
    await mirror.stop()
  },
}

interface Subject {
  readonly fairlead: BenchedFairlead
  readonly changes: readonly LiveChange[]
  /** How many changes were made. */
  made: number
}

async function startSubject(bench: Bench, size: number, url: string): Promise<Subject> {
  const fairlead = await startFairlead(siteIn(bench, bench.folder))
  await addProvider(fairlead, 'one', `${url}/one`)
  await addProvider(fairlead, small.name, siteIn(bench, bench.folder).baseURL(small))
  await addBystanders(fairlead, size, url)
  const subject = { fairlead, changes: liveChanges(fairlead, url), made: 0 }
  // Everything that was applied has been taken into account once these are in effect.
  for (const _ of subject.changes) await nextChange(subject, timeToEffect)
  return subject
}

async function measureChanges(bench: Bench, subject: Subject): Promise<Finding> {
  const { fairlead } = subject
  const before = fairlead.process.cpuMicros()
  const applied = await changesFor(bench.seconds, subject, async (change, n) => {
    await change.apply(n)
    await new Promise((resolve) => setTimeout(resolve, betweenMs))
  })
  await nextChange(subject, timeToEffect)
  const cpuMicros = fairlead.process.cpuMicros() - before
  const atRest = await changesFor(bench.seconds, subject, timeToEffect)
  const [loaded, load] = await Promise.all([
    changesFor(bench.seconds, subject, timeToEffect),
    pacedLoad(bench.processes, bench.folder, {
      url: `${fairlead.gateway}/v1/chat/completions`,
      headers: fairlead.headers,
      bodies: [small.requestBody],
      pace: { requestsPerSecond },
      warmUpSeconds: 0,
      seconds: bench.seconds,
    }),
  ])
  return {
    figures: {
      cpuMsPerChange: cpuMicros / 1000 / (applied.length + 1),
      effectMs: median(atRest),
      effectMsP99: quantile(atRest, 0.99),
      loadedEffectMs: median(loaded),
      loadedEffectMsP99: quantile(loaded, 0.99),
    },
    failures: load.failures,
  }
}

/** Makes changes one after the other for a time; resolves to what `make` gives for each. */
async function changesFor<T>(
  seconds: number,
  subject: Subject,
  make: (change: LiveChange, n: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) results.push(await nextChange(subject, make))
  return results
}

async function nextChange<T>(
  subject: Subject,
  make: (change: LiveChange, n: number) => Promise<T>,
): Promise<T> {
  const { changes, made } = subject
  const change = changes[made % changes.length]
  if (change === undefined) throw new Error('there are no changes to make')
  subject.made += 1
  return make(change, Math.floor(made / changes.length))
}
