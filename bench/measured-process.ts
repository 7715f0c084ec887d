import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A server process being measured; its children count as part of it. */
export interface MeasuredProcess {
  readonly pid: number
  /** CPU time used so far by the process and its children, in microseconds. */
  cpuMicros(): number
  /** Resident memory of the process and its children, in MiB. */
  memoryMiB(): number
  stop(): Promise<void>
}

/** Linux counts CPU time in ticks of 10 ms. */
const microsPerTick = 10_000

/** Starts a server; its output is discarded unless it exits early. */
export function startMeasured(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): MeasuredProcess {
  const child = spawn(command, [...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let stopping = false
  child.once('close', (code) => {
    if (stopping) return
    process.stderr.write(`${command} ended with code ${code}:\n${errors}\n`)
    process.exit(1)
  })
  const pid = child.pid ?? 0
  return {
    pid,
    cpuMicros: () => familyOf(pid).reduce((sum, each) => sum + cpuMicrosOf(each), 0),
    memoryMiB: () => familyOf(pid).reduce((sum, each) => sum + memoryMiBOf(each), 0),
    async stop() {
      stopping = true
      child.kill('SIGTERM')
      await ended
    },
  }
}

function familyOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(statOf(Number(name))[1]) }))
  const family = [pid]
  for (const member of family) {
    family.push(...parents.filter(({ parent }) => parent === member).map((each) => each.pid))
  }
  return family
}

function cpuMicrosOf(pid: number): number {
  const stat = statOf(pid)
  return (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) * microsPerTick
}

function memoryMiBOf(pid: number): number {
  try {
    const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(match?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** The fields of /proc/<pid>/stat from the third on; empty when the process has exited. */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}
