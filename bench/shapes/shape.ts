import type { Metric } from '../report/result.ts'
import type { Bench } from '../workbench/bench.ts'

/** One thing that is measured. */
export interface Shape {
  /** As `--shapes` names it. */
  readonly name: string
  /** Heads its table. */
  readonly title: string
  /** The contenders besides Fairlead that it is measured with. */
  readonly peers: readonly string[]
  readonly metrics: readonly Metric[]
  /** The row that ratios refer to. */
  readonly baseline?: string
  /** Measures all rounds and records them. Rejects when nothing can be measured at all. */
  measure(bench: Bench): Promise<void>
}
