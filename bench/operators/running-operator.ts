import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../processes/eventually.ts'
import { startMeasured, type Bench } from '../workbench/bench.ts'
import type { OperatorArguments, OperatorReport } from './operator-terms.ts'
import type { OperatorCommand } from './operators.ts'

/** An operator that runs as a process of its own, on the CPU that is kept for what is measured. */
export interface RunningOperator {
  memoryMiB(): number
  /** The most so far. */
  peakMemoryMiB(): number
  /** Resolves to its report of a phase; rejects after two minutes. */
  reaches(phase: string): Promise<OperatorReport>
  /** Stops the process without ending it, so that changes pile up. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

/** Starts it. @param folder an empty one of its own */
export function startOperator(
  bench: Bench,
  name: string,
  commandOf: (options: OperatorArguments) => OperatorCommand,
  options: Omit<OperatorArguments, 'report'> & { readonly folder: string },
): RunningOperator {
  const report = join(options.folder, 'report')
  const environment = { NODE_ENV: 'production' }
  const running = startMeasured(bench, { name, environment, ...commandOf({ ...options, report }) })
  return {
    memoryMiB: running.memoryMiB,
    peakMemoryMiB: running.peakMemoryMiB,
    reaches: (phase) =>
      eventually(`${name}: ${phase}`, () => reportsIn(report).find((each) => each.phase === phase)),
    pause: () => void process.kill(running.pid, 'SIGSTOP'),
    resume: () => void process.kill(running.pid, 'SIGCONT'),
    stop: () => running.stop(),
  }
}

function reportsIn(path: string): OperatorReport[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as OperatorReport)
}
