// A thread that wakes its parent when calls are due, more exactly than Node's timers, which have a
// resolution of a millisecond. Posts how many calls are due until now.
import { parentPort, workerData } from 'node:worker_threads'

const { requestsPerSecond, count } = workerData as {
  readonly requestsPerSecond: number
  readonly count: number
}
const sleeper = new Int32Array(new SharedArrayBuffer(4))
const start = performance.timeOrigin + performance.now()
parentPort?.postMessage({ start })
for (let next = 0; next < count;) {
  const now = performance.timeOrigin + performance.now() - start
  const due = Math.min(count, Math.floor((now * requestsPerSecond) / 1000) + 1)
  if (due > next) {
    next = due
    parentPort?.postMessage({ due })
  }
  Atomics.wait(sleeper, 0, 0, Math.max(0.02, (next * 1000) / requestsPerSecond - now))
}
