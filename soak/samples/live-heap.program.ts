// Loaded into every process of Fairlead: collects all garbage every ten seconds and writes what is
// left, and how long the event loop was stopped, as a LiveHeap, to a file named by the process's id in the folder SOAK_HEAPS. What V8 has not
// collected yet would otherwise look like growth for many minutes.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { LiveHeap } from './live-heap.ts'

const intervalMs = 10_000
const folder = process.env['SOAK_HEAPS']

if (folder !== undefined) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const delay = monitorEventLoopDelay()
  delay.enable()
  setInterval(() => {
    const stoppedMs = delay.max / 1e6
    const startMs = performance.now()
    collect()
    const collectionMs = performance.now() - startMs
    const { heapUsed, external } = process.memoryUsage()
    const live: LiveHeap = {
      heapBytes: heapUsed,
      externalBytes: external,
      collectionMs,
      stoppedMs,
    }
    delay.reset()
    const file = join(folder, `${process.pid}.json`)
    writeFileSync(`${file}.new`, JSON.stringify(live))
    renameSync(`${file}.new`, file)
  }, intervalMs).unref()
}
