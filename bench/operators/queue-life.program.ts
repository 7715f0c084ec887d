// node queue-life.program.ts KEYS: fills a work queue at a low priority, raises half of it, and takes
// everything out; prints `QueueLife` as JSON.
import { ExponentialBackoff, requestKey, WorkQueue } from '@fairlead/controller-runtime'
import { systemClock } from '@fairlead/base'
import type { QueueLife } from './queue-life.ts'

const requests = Array.from({ length: Number(process.argv[2]) }, (_, index) => ({
  namespace: 'default',
  name: `object-${index}`,
}))
const queue = new WorkQueue({
  clock: systemClock,
  rateLimiter: new ExponentialBackoff(),
  keyOf: requestKey,
})
const addMs = timed(() => {
  for (const request of requests) queue.add(request, { priority: -100 })
})
const raiseMs = timed(() => {
  for (const [index, request] of requests.entries()) if (index % 2 === 0) queue.add(request)
})
const start = performance.now()
for (let taken = 0; taken < requests.length; taken++) {
  const lease = await queue.get()
  if (lease === undefined) throw new Error('the queue has ended')
  queue.forget(lease.item)
  queue.done(lease.item)
}
const takeMs = performance.now() - start
const peakMiB = process.resourceUsage().maxRSS / 1024
const life: QueueLife = { addMs, raiseMs, takeMs, peakMiB }
process.stdout.write(`${JSON.stringify(life)}\n`)

function timed(work: () => void): number {
  const begun = performance.now()
  work()
  return performance.now() - begun
}
