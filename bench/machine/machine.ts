import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { pathsOnPath } from '../../tools/programs/find-program.ts'
import { readCpuList, type CoreSituation } from './cores.ts'

/** Where a run took place. */
export interface Machine {
  readonly cpu: string
  readonly cpus: number
  readonly memoryGiB: number
  readonly kernel: string
}

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
  }
}

/** The commit of the working tree, with a plus when it has changes; `unknown` without git. */
export function thisCommit(): string {
  try {
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    const changes = git('status', '--porcelain', '--untracked-files=no')
    return `${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : '+'}`
  } catch {
    return 'unknown'
  }
}

/** The CPUs at this process's disposal. */
export function coreSituation(): CoreSituation {
  const status = readFileSync('/proc/self/status', 'utf8')
  const allowed = readCpuList(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '')
  return {
    allowed,
    siblings: siblingsOf(allowed[0] ?? 0),
    canPin: pathsOnPath('taskset', process.env['PATH']).length > 0,
  }
}

/** Moves this process, and with it what it starts from now on, to some CPUs. */
export function moveThisProcess(load: readonly number[]): void {
  execFileSync('taskset', ['-a', '-c', '-p', load.join(','), String(process.pid)], {
    stdio: 'ignore',
  })
}

function siblingsOf(cpu: number): number[] {
  try {
    const topology = `/sys/devices/system/cpu/cpu${cpu}/topology`
    return readCpuList(readFileSync(`${topology}/thread_siblings_list`, 'utf8'))
  } catch {
    return [cpu]
  }
}
