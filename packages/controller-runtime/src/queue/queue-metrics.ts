import type { Clock } from '@fairlead/base'
import type { Metrics } from '../metrics/metrics.ts'
import { PendingCount } from '../metrics/pending-count.ts'

/** What a work queue reports about itself. Every call is O(1). */
export interface QueueMetrics {
  /** An entry became ready. */
  added(key: string, priority: number): void
  /** An entry was handed to a worker, `waitedMs` after it became ready. */
  taken(key: string, priority: number, waitedMs: number): void
  /** The worker is done with the key. */
  done(key: string): void
  /** An entry was added with a delay. */
  retried(): void
  reprioritized(key: string, from: number, to: number): void
  /** A ready entry was dropped by shutdown. */
  dropped(key: string, priority: number): void
}

const ignore = () => {}

export const noQueueMetrics: QueueMetrics = {
  added: ignore,
  taken: ignore,
  done: ignore,
  retried: ignore,
  reprioritized: ignore,
  dropped: ignore,
}

/** Reports a queue under client-go's `workqueue_*` names. `name` is the controller's name. */
export function queueMetrics(metrics: Metrics, name: string, clock: Clock): QueueMetrics {
  const labels = { name, controller: name }
  const { workQueue } = metrics
  const takenAtMs = new Map<string, number>()
  const adds = new PendingCount((value) => workQueue.adds.inc(labels, value))
  const retries = new PendingCount((value) => workQueue.retries.inc(labels, value))
  const queueDuration = workQueue.queueDuration.series(labels)
  const workDuration = workQueue.workDuration.series(labels)
  const depths = new Map<number, PendingCount>()
  const depthOf = (priority: number) => {
    const known = depths.get(priority)
    if (known !== undefined) return known
    const withPriority = { ...labels, priority: String(priority) }
    const depth = new PendingCount((value) => workQueue.depth.inc(withPriority, value))
    depths.set(priority, depth)
    return depth
  }

  depthOf(0)
  metrics.onCollectWorkQueue(() => {
    for (const count of [adds, retries, ...depths.values()]) count.flush()
    const nowMs = clock.monotonicMs()
    let sum = 0
    let longest = 0
    for (const sinceMs of takenAtMs.values()) {
      const seconds = (nowMs - sinceMs) / 1000
      sum += seconds
      longest = Math.max(longest, seconds)
    }
    workQueue.unfinishedWork.set(labels, sum)
    workQueue.longestRunning.set(labels, longest)
  })

  return {
    added(_key, priority) {
      adds.add()
      depthOf(priority).add()
    },
    taken(key, priority, waitedMs) {
      depthOf(priority).add(-1)
      queueDuration.observe(waitedMs / 1000)
      takenAtMs.set(key, clock.monotonicMs())
    },
    done(key) {
      const sinceMs = takenAtMs.get(key)
      takenAtMs.delete(key)
      if (sinceMs !== undefined) workDuration.observe((clock.monotonicMs() - sinceMs) / 1000)
    },
    retried: () => retries.add(),
    reprioritized(_key, from, to) {
      depthOf(from).add(-1)
      depthOf(to).add()
    },
    dropped: (_key, priority) => depthOf(priority).add(-1),
  }
}
