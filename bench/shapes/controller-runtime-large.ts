import { measureFirstSync, operatorRows } from '../operators/operator-rows.ts'
import { createWatchedObjects } from '../operators/watched-objects.ts'
import { takeTurns } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

const objects = 100_000

/** The start of an operator of 100,000 objects. */
export const controllerRuntimeLargeShape: Shape = {
  name: 'controller-runtime-large',
  title: `the start of an operator of ${objects} ConfigMaps of 1 KB, one worker`,
  peers: [],
  metrics: [
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
    await takeTurns(bench, await operatorRows(bench, watched, measureFirstSync))
    await watched.stop()
  },
}
