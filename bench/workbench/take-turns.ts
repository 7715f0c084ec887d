import type { Bench } from './bench.ts'

/** What one round found. */
export interface Finding {
  /** By the names of the shape's metrics. */
  readonly figures: Readonly<Record<string, number>>
  /** Calls that failed. Defaults to none. */
  readonly failures?: number
}

/** One line of a shape's table, and how a round of it is measured. */
export interface Row {
  readonly name: string
  readonly measure: () => Promise<Finding>
}

/** Measures all rounds. Rows take turns, so that a machine whose speed drifts favours nobody. */
export async function takeTurns(bench: Bench, rows: readonly Row[]): Promise<void> {
  for (let round = 1; round <= bench.rounds; round++) {
    for (const { name, measure } of rows) {
      const { figures, failures = 0 } = await measure()
      bench.record({ row: name, round, figures, failures })
    }
  }
}
