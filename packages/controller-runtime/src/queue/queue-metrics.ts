import type { Clock } from '@fairlead/base'
import type { Metrics } from '../metrics/metrics.ts'

/** What a work queue reports about itself. Every call is O(1). */
export interface QueueMetrics {
  /** An entry became ready. */
  added(key: string, priority: number): void
  /** An entry was handed to a worker. */
  taken(key: string, priority: number): void
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
  const readySinceMs = new Map<string, number>()
  const takenAtMs = new Map<string, number>()
  const withPriority = (priority: number) => ({ ...labels, priority: String(priority) })

  workQueue.depth.set(withPriority(0), 0)
  workQueue.adds.inc(labels, 0)
  workQueue.retries.inc(labels, 0)
  workQueue.queueDuration.zero(labels)
  workQueue.workDuration.zero(labels)
  metrics.onCollectWorkQueue(() => {
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
    added(key, priority) {
      workQueue.adds.inc(labels)
      workQueue.depth.inc(withPriority(priority))
      readySinceMs.set(key, clock.monotonicMs())
    },
    taken(key, priority) {
      workQueue.depth.dec(withPriority(priority))
      const nowMs = clock.monotonicMs()
      const sinceMs = readySinceMs.get(key)
      readySinceMs.delete(key)
      if (sinceMs !== undefined) workQueue.queueDuration.observe(labels, (nowMs - sinceMs) / 1000)
      takenAtMs.set(key, nowMs)
    },
    done(key) {
      const sinceMs = takenAtMs.get(key)
      takenAtMs.delete(key)
      if (sinceMs === undefined) return
      workQueue.workDuration.observe(labels, (clock.monotonicMs() - sinceMs) / 1000)
    },
    retried: () => workQueue.retries.inc(labels),
    reprioritized(_key, from, to) {
      workQueue.depth.dec(withPriority(from))
      workQueue.depth.inc(withPriority(to))
    },
    dropped(key, priority) {
      workQueue.depth.dec(withPriority(priority))
      readySinceMs.delete(key)
    },
  }
}
