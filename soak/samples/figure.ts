/** Something that is measured again and again, and that must not grow. */
export interface Figure {
  /** As the table names it. */
  readonly name: string
  readonly unit: string
  /**
   * How much may be added from the end of the warm-up to the end of the run. It is an amount and no
   * rate: what starting leaves behind, such as caches that fill and functions that are compiled
   * late, is added once, while a leak adds more the longer the run is. So a longer run finds smaller
   * leaks.
   */
  readonly tolerated: number
  /** What stands for a stretch of time; of memory its lowest value, which is nearest to what is kept. */
  readonly ofBlock: 'lowest' | 'mean'
}

/**
 * Memory of a process that is in RAM. V8 and the allocator go on taking pages for some minutes while
 * nothing more is kept, so it tells only of large leaks outside of the heap; the live heap is what
 * tells of small ones.
 */
export const residentMemory: Figure = {
  name: 'resident memory',
  unit: 'MiB',
  tolerated: 32,
  ofBlock: 'lowest',
}

/** Objects in the heap of a process, after all garbage was collected. */
export const heap: Figure = { name: 'live heap', unit: 'MiB', tolerated: 3, ofBlock: 'lowest' }

/** Its buffers and strings outside of the heap, after all garbage was collected. */
export const externalMemory: Figure = {
  name: 'live memory outside of it',
  unit: 'MiB',
  tolerated: 3,
  ofBlock: 'lowest',
}

/** Open file descriptors of a process: a few more or less come with the calls that are running. */
export const descriptors: Figure = {
  name: 'file descriptors',
  unit: '',
  tolerated: 5,
  ofBlock: 'mean',
}

/** Those of them that are sockets: connections with callers, providers and other processes. */
export const connections: Figure = { name: 'sockets', unit: '', tolerated: 5, ofBlock: 'mean' }

/** What keeps Node.js' event loops alive: sockets, timers, requests; of all processes together. */
export const handles: Figure = {
  name: 'active resources',
  unit: '',
  tolerated: 10,
  ofBlock: 'mean',
}

/** How late a worker comes to what is due, 99th percentile since the sample before. */
export const eventLoopLag: Figure = {
  name: 'event loop lag, p99',
  unit: 'ms',
  tolerated: 20,
  ofBlock: 'lowest',
}

/** Files of a database, with its log. It deletes as much as it stores, so its pages are used again. */
export const databaseSize: Figure = {
  name: 'database size',
  unit: 'MiB',
  tolerated: 2,
  ofBlock: 'lowest',
}
