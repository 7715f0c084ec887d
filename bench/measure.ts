import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nginx } from '../tools/programs/nginx.ts'
import { providePrograms } from '../tools/programs/provide-programs.ts'
import { wrk } from '../tools/programs/wrk.ts'
import { calls } from './calls/calls.ts'
import { contenders } from './contenders/contenders.ts'
import type { MeasureOptions } from './flags.ts'
import { planCores } from './machine/cores.ts'
import { coreSituation, moveThisProcess, thisCommit, thisMachine } from './machine/machine.ts'
import { Processes } from './processes/processes.ts'
import { ratioTable } from './report/ratio-table.ts'
import { resultPath, writeResult } from './report/result-file.ts'
import type { Round, RunResult, ShapeResult } from './report/result.ts'
import type { Shape } from './shapes/shape.ts'
import { shapes } from './shapes/shapes.ts'
import { startStaticUpstream } from './upstreams/static-answers.ts'
import { startWordUpstream } from './upstreams/word-by-word.ts'
import { siteIn, type Surroundings } from './workbench/bench.ts'
import { ContenderPool } from './workbench/contender-pool.ts'

/** Measures what was asked for, prints it and keeps it in a file. Resolves to the exit code. */
export async function measure(options: MeasureOptions, args: readonly string[]): Promise<number> {
  if (process.platform !== 'linux') throw new Error('it reads CPU time from /proc: run it on Linux')
  const chosen = shapes.filter(({ name }) => options.shapes.includes(name))
  const withdrawPrograms = await providePrograms([nginx, wrk])
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
  const processes = new Processes(join(folder, 'logs'))
  const interrupted = Promise.withResolvers<never>()
  const interrupt = (signal: string) => interrupted.reject(new Error(`stopped by ${signal}`))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const running = measureAll(options, args, { folder, processes, shapes: chosen })
    await Promise.race([running, processes.failed, interrupted.promise])
    return 0
  } finally {
    await processes.stopAll()
    withdrawPrograms()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Tools {
  readonly folder: string
  readonly processes: Processes
  readonly shapes: readonly Shape[]
}

async function measureAll(
  { rounds, seconds, peers }: MeasureOptions,
  args: readonly string[],
  { folder, processes, shapes: chosen }: Tools,
): Promise<void> {
  const wanted = peers.filter((name) => chosen.some((shape) => shape.peers.includes(name)))
  const { versions, refusals } = await provideContenders([...wanted, 'fairlead'])
  const cores = coreSituation()
  const plan = planCores(cores)
  if (plan !== undefined) moveThisProcess(plan.load)
  const staticPort = await startStaticUpstream(processes, folder, calls)
  const words = await startWordUpstream(processes)
  const site = (home: string) => siteIn({ processes, cores, staticPort, words }, home)
  const pool = new ContenderPool(join(folder, 'contenders'), site, refusals)
  const shared = { folder, processes, cores, staticPort, words, seconds, rounds, pool }

  const startedAt = new Date().toISOString()
  const head = {
    format: 1,
    startedAt,
    commit: thisCommit(),
    machine: thisMachine(),
    cores: plan?.description ?? 'not pinned: all programs share all CPUs',
    versions: { node: process.version, ...versions },
    arguments: args,
    seconds,
    rounds,
  } as const
  const path = resultPath(startedAt)
  say(describe(head))
  const results: ShapeResult[] = []
  for (const shape of chosen) {
    const result = await measureShape(shape, {
      ...shared,
      chosen: [...wanted.filter((name) => shape.peers.includes(name)), 'fairlead'],
    })
    results.push(result)
    writeResult(path, { ...head, shapes: results })
    say(['', ...ratioTable(result)])
  }
  await pool.stop()
  say(['', `raw rounds are in ${path}`])
}

async function measureShape(shape: Shape, surroundings: Surroundings): Promise<ShapeResult> {
  const rounds: Round[] = []
  const notes: string[] = []
  await shape.measure({
    ...surroundings,
    record: (round) => void rounds.push(round),
    note: (line) => void (notes.includes(line) || notes.push(line)),
  })
  const { name, title, metrics, baseline } = shape
  return { name, title, metrics, ...(baseline === undefined ? {} : { baseline }), rounds, notes }
}

/** The versions of the contenders that can be had, and why others cannot. */
async function provideContenders(names: readonly string[]) {
  const versions: Record<string, string> = {}
  const refusals = new Map<string, string>()
  for (const name of names) {
    try {
      versions[name] = (await contenders[name]?.provide()) ?? 'unknown'
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      refusals.set(
        name,
        message
          .split('\n')
          .map((line) => line.trim())
          .join(' '),
      )
    }
  }
  return { versions, refusals }
}

function describe({
  machine,
  commit,
  cores,
  versions,
  rounds,
  seconds,
}: Omit<RunResult, 'shapes'>) {
  return [
    `${machine.cpus} × ${machine.cpu}, ${machine.memoryGiB} GiB, Linux ${machine.kernel}`,
    cores,
    Object.entries({ ...versions, fairlead: commit })
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    `median of ${rounds} rounds of ${seconds} s, the best in brackets: of rates the largest, else the smallest`,
  ]
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
