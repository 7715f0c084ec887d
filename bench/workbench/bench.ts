import { calls, upstreamPath, type Call } from '../calls/calls.ts'
import type { Site } from '../contract/contender.ts'
import { planCores, type CoreSituation } from '../machine/cores.ts'
import type { ProcessOptions, Processes, RunningProcess } from '../processes/processes.ts'
import type { Round } from '../report/result.ts'
import type { WordUpstream } from '../upstreams/word-by-word.ts'
import type { ContenderPool } from './contender-pool.ts'

/** What all shapes of a run share. */
export interface Surroundings {
  /** For whatever files are needed; removed at the end. */
  readonly folder: string
  readonly processes: Processes
  readonly cores: CoreSituation
  /** Port of the upstream whose answers are whole. */
  readonly staticPort: number
  readonly words: WordUpstream
  /** How long a round of a row is measured. */
  readonly seconds: number
  readonly rounds: number
  /** The contenders that may take part, Fairlead included. */
  readonly chosen: readonly string[]
  /** Contenders that serve all calls, for shapes that need nothing special of them. */
  readonly pool: ContenderPool
}

/** What a shape measures with, and where it says what it found. */
export interface Bench extends Surroundings {
  readonly record: (round: Round) => void
  /** Adds a line below the table. */
  readonly note: (line: string) => void
}

/** Where a call goes at its upstream, without anything between. */
export function directURL(
  surroundings: Pick<Surroundings, 'staticPort' | 'words'>,
  call: Call,
): string {
  return `${originOf(surroundings, call)}${upstreamPath(call).path}`
}

/** What a contender is started with. */
export function siteIn(
  surroundings: Pick<Surroundings, 'processes' | 'cores' | 'staticPort' | 'words'>,
  folder: string,
): Site {
  return {
    folder,
    ports: { static: surroundings.staticPort, words: surroundings.words.port },
    calls,
    baseURL: (call) => `${originOf(surroundings, call)}${upstreamPath(call).base}`,
    start: (options) => startMeasured(surroundings, options),
  }
}

/**
 * Starts a program on the CPUs that are kept for what is measured, `width` of them; on all CPUs
 * when they do not suffice for it and the load.
 */
export function startMeasured(
  { processes, cores }: Pick<Surroundings, 'processes' | 'cores'>,
  options: ProcessOptions,
  width = 1,
): RunningProcess {
  if (!cores.canPin) return processes.start(options)
  // Without a plan of its own it would inherit this process's CPUs, which are those for the load.
  const cpus = planCores(cores, width)?.measured ?? cores.allowed
  const args = ['-c', cpus.join(','), options.command, ...options.args]
  return processes.start({ ...options, command: 'taskset', args })
}

function originOf(
  { staticPort, words }: Pick<Surroundings, 'staticPort' | 'words'>,
  call: Call,
): string {
  return `http://127.0.0.1:${call.answer === undefined ? words.port : staticPort}`
}
