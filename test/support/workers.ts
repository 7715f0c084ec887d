import type { FairleadProcess } from './fairlead-process.ts'

/** Something that logs as JSON. */
interface Logging {
  readonly log: () => string
}

/** Process ids of the workers, by index: the newest that listens. */
export function workersOf(fairlead: Logging): ReadonlyMap<number, number> {
  const lines = fairlead.log().split('\n')
  return new Map(
    lines
      .filter((line) => line.includes('a gateway worker listens'))
      .map((line) => JSON.parse(line) as { worker: number; pid: number })
      .map(({ worker, pid }) => [worker, pid]),
  )
}

export function pidOf(fairlead: FairleadProcess, index: number): number {
  const pid = workersOf(fairlead).get(index)
  if (pid === undefined) throw new Error(`worker ${index} does not listen`)
  return pid
}

/** Runs `work` while another worker stands still, so that it is this one that answers. */
export async function answeredBy<T>(
  fairlead: FairleadProcess,
  index: number,
  work: () => Promise<T>,
): Promise<T> {
  const other = pidOf(fairlead, 1 - index)
  process.kill(other, 'SIGSTOP')
  try {
    return await work()
  } finally {
    process.kill(other, 'SIGCONT')
  }
}
