import { measureFirstSync, operatorRows } from '../operators/operator-rows.ts'
import { nowMicros } from '../operators/operator-terms.ts'
import type { RunningOperator } from '../operators/running-operator.ts'
import { createWatchedObjects, type WatchedObjects } from '../operators/watched-objects.ts'
import type { Bench } from '../workbench/bench.ts'
import { takeTurns, type Finding } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

const objects = 10_000
/** What the API server remembers for a watch that has fallen behind. */
const changesOfBurst = 4_000
const bursts = 5
const changesPerSecond = 200

/** An operator of 10,000 objects: its start, changes that have piled up, and changes at a fixed rate. */
export const controllerRuntimeShape: Shape = {
  name: 'controller-runtime',
  title: `an operator of ${objects} ConfigMaps of 1 KB, one worker: ${bursts} × ${changesOfBurst} changes that have piled up; write to reconcile at ${changesPerSecond}/s`,
  peers: [],
  metrics: [
    { name: 'cpuMicrosPerEvent', title: 'µs CPU/event', digits: 1 },
    { name: 'eventsPerSecond', title: 'events/s', isBetterHigher: true },
    { name: 'p50Ms', title: 'write→reconcile p50 ms', digits: 2 },
    { name: 'p99Ms', title: 'p99 ms', digits: 2 },
    { name: 'cachedMs', title: 'ms to cache' },
    { name: 'reconciledMs', title: 'ms to reconcile all' },
    { name: 'startCpuMs', title: 'ms CPU until then' },
    { name: 'memoryMiB', title: 'MiB' },
    { name: 'peakMiB', title: 'MiB at most' },
  ],
  baseline: 'fairlead',
  async measure(bench) {
    await bench.pool.stop()
    const watched = await createWatchedObjects(bench, objects)
    const rows = await operatorRows(bench, watched, async (operator, round) => ({
      ...(await measureFirstSync(operator)),
      ...(await measureBursts(operator, watched, round)),
      ...(await measurePaced(bench, operator, watched, round)),
      peakMiB: operator.peakMemoryMiB(),
    }))
    await takeTurns(bench, rows)
    await watched.stop()
  },
}

/** The operator stands still while changes pile up, so that nothing limits it afterwards. */
async function measureBursts(
  operator: RunningOperator,
  watched: WatchedObjects,
  round: number,
): Promise<Finding['figures']> {
  let [ms, cpuMs] = [0, 0]
  let before = await operator.reaches('reconciled')
  for (let burst = 0; burst < bursts; burst++) {
    const phase = `burst-${round}-${burst}`
    operator.pause()
    await watched.burst(phase, changesOfBurst)
    const startMs = nowMicros() / 1000
    operator.resume()
    const after = await operator.reaches(phase)
    ms += after.atMs - startMs
    cpuMs += after.cpuMs - before.cpuMs
    before = after
  }
  const events = bursts * changesOfBurst
  return { cpuMicrosPerEvent: (cpuMs * 1000) / events, eventsPerSecond: (events / ms) * 1000 }
}

async function measurePaced(
  { seconds }: Bench,
  operator: RunningOperator,
  watched: WatchedObjects,
  round: number,
): Promise<Finding['figures']> {
  const phase = `paced-${round}`
  await watched.paced(phase, seconds * changesPerSecond, changesPerSecond)
  const { p50Ms = 0, p99Ms = 0 } = await operator.reaches(phase)
  return { p50Ms, p99Ms }
}
