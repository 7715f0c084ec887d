import { type Profiler, Session } from 'node:inspector/promises'
import { type Clock, sleep } from '@fairlead/base'
import { encodePprof, type StackFrame, type StackSamples } from './pprof-profile.ts'

/** V8's sampling interval by default. */
const intervalUs = 1_000

/**
 * What this process computes for the time given, in the format of pprof, not compressed. Time in
 * which it waits is left out. If the signal aborts, it ends at once and rejects.
 */
export async function takeCpuProfile(
  durationMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const timeMs = clock.now()
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: intervalUs })
    await session.post('Profiler.start')
    await sleep(clock, durationMs, signal)
    const { profile } = await session.post('Profiler.stop')
    return encodePprof(samplesOf(profile, timeMs))
  } finally {
    session.disconnect()
  }
}

/** V8's profile, whose tree has the outermost calls at its root, as stacks. */
export function samplesOf(profile: Profiler.Profile, timeMs: number): StackSamples {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map<number, number>()
  for (const { id, children = [] } of profile.nodes) {
    for (const child of children) parents.set(child, id)
  }
  const framesOf = (leaf: number): StackFrame[] => {
    const frames: StackFrame[] = []
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const frame = nodes.get(id)?.callFrame
      if (frame !== undefined && frame.functionName !== '(root)') frames.push(frame)
    }
    return frames
  }
  const samples = [...measured(profile)]
    .filter(([id]) => nodes.get(id)?.callFrame.functionName !== '(idle)')
    .map(([id, { count, us }]) => ({ frames: framesOf(id), values: [count, us * 1_000] }))
    .filter(({ frames }) => frames.length > 0)
  return {
    types: [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
    samples,
    timeMs,
    durationMs: (profile.endTime - profile.startTime) / 1_000,
    period: intervalUs * 1_000,
  }
}

/** How often each node was innermost, and for how long. */
function measured({ samples = [], timeDeltas = [] }: Profiler.Profile) {
  const byNode = new Map<number, { count: number; us: number }>()
  for (const [index, id] of samples.entries()) {
    const sum = byNode.get(id) ?? { count: 0, us: 0 }
    sum.count++
    // The delta of a sample is the time before it; what it ran for is the next one's.
    sum.us += Math.max(0, timeDeltas[index + 1] ?? 0)
    byNode.set(id, sum)
  }
  return byNode
}
