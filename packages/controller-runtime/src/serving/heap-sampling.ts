import { type HeapProfiler, Session } from 'node:inspector/promises'
import { aborted, type Clock } from '@fairlead/base'
import type { Runnable } from '../runnable.ts'
import { encodePprof, type StackFrame, type StackSamples } from './pprof-profile.ts'

/** As Go's runtime.MemProfileRate: on average one allocation of so many bytes is sampled. */
const intervalBytes = 512 * 1024

/** Samples where memory that is still in use was allocated, while it runs. */
export class HeapSampling implements Runnable {
  readonly needLeaderElection = false
  readonly stage = 'servers'
  readonly #clock: Clock
  #session: Session | undefined
  #startedMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async start(signal: AbortSignal): Promise<void> {
    const session = new Session()
    session.connect()
    try {
      await session.post('HeapProfiler.startSampling', { samplingInterval: intervalBytes })
      this.#startedMs = this.#clock.now()
      this.#session = session
      await aborted(signal)
    } finally {
      this.#session = undefined
      session.disconnect()
    }
  }

  /**
   * The profile so far, in the format of pprof, not compressed; with `collectGarbage`, of what is
   * left after that. Undefined while it does not run.
   */
  async profile(collectGarbage: boolean): Promise<Uint8Array | undefined> {
    const session = this.#session
    if (session === undefined) return undefined
    if (collectGarbage) await session.post('HeapProfiler.collectGarbage')
    const { profile } = await session.post('HeapProfiler.getSamplingProfile')
    const durationMs = this.#clock.now() - this.#startedMs
    return encodePprof({ ...samplesOf(profile), timeMs: this.#startedMs, durationMs })
  }
}

function samplesOf(
  profile: HeapProfiler.SamplingHeapProfile,
): Omit<StackSamples, 'timeMs' | 'durationMs'> {
  const samples: { frames: StackFrame[]; values: number[] }[] = []
  const open: { node: HeapProfiler.SamplingHeapProfileNode; callers: StackFrame[] }[] = [
    { node: profile.head, callers: [] },
  ]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { callFrame, children, selfSize } = at.node
    const frames = callFrame.functionName === '(root)' ? [] : [callFrame, ...at.callers]
    if (selfSize > 0 && frames.length > 0) samples.push({ frames, values: [selfSize] })
    for (const child of children) open.push({ node: child, callers: frames })
  }
  return { types: [['inuse_space', 'bytes']], samples, period: intervalBytes }
}
