import type { BenchedFairlead } from '../../bench/fairlead/start-fairlead.ts'
import { processTree } from '../../bench/processes/process-tree.ts'
import { databaseSizes } from './database-sizes.ts'
import {
  connections,
  databaseSize,
  descriptors,
  eventLoopLag,
  externalMemory,
  handles,
  heap,
  residentMemory,
} from './figure.ts'
import { type LiveHeap, liveHeapOf } from './live-heap.ts'
import { metricValue } from './metric-value.ts'
import { processFigures } from './process-figures.ts'
import { SeriesSet } from './series.ts'

const bytesPerMiB = 2 ** 20

/** In milliseconds. */
export type LongestStops = Pick<LiveHeap, 'collectionMs' | 'stoppedMs'>

/** Measures a running Fairlead. Its processes must stay the same. */
export class Sampler {
  readonly series = new SeriesSet()
  readonly #fairlead: BenchedFairlead
  readonly #heaps: string
  readonly #processes: readonly number[]
  readonly #stops = new Map<string, LongestStops>()
  readonly #startMs = performance.now()

  /** `heaps` is the folder into which its processes report their live heaps. */
  constructor(fairlead: BenchedFairlead, heaps: string) {
    this.#fairlead = fairlead
    this.#heaps = heaps
    this.#processes = processTree(fairlead.process.pid)
  }

  /** Takes one sample of everything. Rejects when a process ended or was replaced. */
  async sample(): Promise<void> {
    const minute = (performance.now() - this.#startMs) / 60_000
    const { dataDir, process } = this.#fairlead
    const processes = processTree(process.pid)
    if (processes.join() !== this.#processes.join()) {
      throw new Error(`processes were ${this.#processes.join()} and are now ${processes.join()}`)
    }
    for (const [index, pid] of processes.entries()) {
      const name = index === 0 ? 'primary' : `worker ${index}`
      const figures = processFigures(pid)
      this.series.add(residentMemory, name, { minute, value: figures.residentMiB })
      this.series.add(descriptors, name, { minute, value: figures.descriptors })
      this.series.add(connections, name, { minute, value: figures.sockets })
      const live = liveHeapOf(this.#heaps, pid)
      if (live === undefined) continue
      const { heapBytes, externalBytes, collectionMs, stoppedMs } = live
      this.#noteStop(name, collectionMs, stoppedMs)
      this.series.add(heap, name, { minute, value: heapBytes / bytesPerMiB })
      this.series.add(externalMemory, name, { minute, value: externalBytes / bytesPerMiB })
    }
    for (const [name, value] of databaseSizes(dataDir)) {
      this.series.add(databaseSize, name, { minute, value })
    }
    this.#addMetrics(minute, await this.#fairlead.metrics())
  }

  /** The longest stop of each process's event loop, and the longest of the soak's own collections. */
  get stops(): ReadonlyMap<string, LongestStops> {
    return this.#stops
  }

  #noteStop(name: string, collectionMs: number, stoppedMs: number): void {
    const before = this.#stops.get(name)
    this.#stops.set(name, {
      collectionMs: Math.max(collectionMs, before?.collectionMs ?? 0),
      stoppedMs: Math.max(stoppedMs, before?.stoppedMs ?? 0),
    })
  }

  #addMetrics(minute: number, text: string): void {
    const active = metricValue(text, 'nodejs_active_resources_total')
    this.series.add(handles, 'all', { minute, value: active })
    const lag = metricValue(text, 'fairlead_gateway_event_loop_lag_seconds', 'quantile="0.99"')
    this.series.add(eventLoopLag, 'workers', { minute, value: lag * 1000 })
  }
}
