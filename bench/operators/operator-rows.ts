import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../workbench/bench.ts'
import type { Finding, Row } from '../workbench/take-turns.ts'
import { operators } from './operators.ts'
import { startOperator, type RunningOperator } from './running-operator.ts'
import type { WatchedObjects } from './watched-objects.ts'

/** A row for each operator that can be had, whose rounds are new processes. */
export async function operatorRows(
  bench: Bench,
  watched: WatchedObjects,
  measure: (operator: RunningOperator, round: number) => Promise<Finding['figures']>,
): Promise<Row[]> {
  const rows: Row[] = []
  let rounds = 0
  for (const { name, provide } of operators) {
    try {
      const commandOf = await provide()
      rows.push({
        name,
        async measure() {
          const folder = mkdtempSync(join(bench.folder, 'operator-'))
          const operator = startOperator(bench, 'operator', commandOf, { ...watched, folder })
          const figures = await measure(operator, (rounds += 1))
          await operator.stop()
          return { figures }
        },
      })
    } catch (error) {
      bench.note(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return rows
}

/** From the start until every object has been reconciled once, and what that took. */
export async function measureFirstSync(operator: RunningOperator): Promise<Finding['figures']> {
  const started = await operator.reaches('started')
  const cached = await operator.reaches('cached')
  const reconciled = await operator.reaches('reconciled')
  return {
    cachedMs: cached.atMs - started.atMs,
    reconciledMs: reconciled.atMs - started.atMs,
    startCpuMs: reconciled.cpuMs - started.cpuMs,
    memoryMiB: operator.memoryMiB(),
    peakMiB: operator.peakMemoryMiB(),
  }
}
