import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time in ticks of 10 ms. */
const microsPerTick = 10_000

/** The process and all its descendants, itself first; only itself when it has ended. */
export function processTree(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(statOf(Number(name))[1]) }))
  const tree = [pid]
  for (const member of tree) {
    tree.push(...parents.filter(({ parent }) => parent === member).map((each) => each.pid))
  }
  return tree
}

/**
 * User and system time used so far by a process and its descendants, in microseconds. Children that
 * have ended count too, once their parent has waited for them.
 */
export function cpuMicrosOfTree(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + cpuMicrosOf(each), 0)
}

/**
 * Memory of a process and its descendants, in MiB: the proportional set size, in which a page that
 * several processes share is counted once.
 */
export function memoryMiBOfTree(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + memoryMiBOf(each), 0)
}

/** The most memory that a process alone has had so far, in MiB: its resident set at its largest. */
export function peakMemoryMiBOf(pid: number): number {
  const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) / 1024
}

function cpuMicrosOf(pid: number): number {
  // utime, stime, cutime and cstime.
  const ticks = statOf(pid).slice(11, 15).map(Number)
  return ticks.reduce((sum, each) => sum + each, 0) * microsPerTick
}

function memoryMiBOf(pid: number): number {
  try {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
    return Number(match?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** The fields of /proc/<pid>/stat from the third on; empty when the process has ended. */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}
