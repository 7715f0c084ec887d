import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a process keeps after all its garbage was collected. */
export interface LiveHeap {
  readonly heapBytes: number
  /** Buffers and strings outside of the heap. */
  readonly externalBytes: number
  /** How long this collection stopped the process. */
  readonly collectionMs: number
  /** The longest time for which its event loop was stopped since the collection before, with it. */
  readonly stoppedMs: number
}

const program = new URL('./live-heap.program.ts', import.meta.url).href

/** The environment in which a process and its children report their live heap into a folder. */
export function reportingInto(folder: string): Readonly<Record<string, string>> {
  return { SOAK_HEAPS: folder, NODE_OPTIONS: `--import=${program}` }
}

/** What the process reported last; undefined before the first time. */
export function liveHeapOf(folder: string, pid: number): LiveHeap | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, `${pid}.json`), 'utf8')) as LiveHeap
  } catch {
    return undefined
  }
}
