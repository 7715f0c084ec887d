import type { Machine } from '../machine/machine.ts'

/** One figure that a shape yields per round. */
export interface Metric {
  /** Its name in the results file. */
  readonly name: string
  /** Heads its column, with the unit. */
  readonly title: string
  /** Digits after the point in tables. Defaults to 0. */
  readonly digits?: number
  /** Whether the best round is that with the largest value, as of a rate. Defaults to the smallest. */
  readonly isBetterHigher?: boolean
}

/** What one round measured of one row. */
export interface Round {
  /** The contender, or whatever the shape compares. */
  readonly row: string
  /** From 1. */
  readonly round: number
  /** By the names of the shape's metrics; one that could not be measured is left out. */
  readonly figures: Readonly<Record<string, number>>
  /** Calls that failed; they are in no figure. */
  readonly failures: number
}

/** All rounds of one shape. */
export interface ShapeResult {
  readonly name: string
  readonly title: string
  /** The first is the one that ratios are made of. */
  readonly metrics: readonly Metric[]
  /** The row that ratios refer to. */
  readonly baseline?: string
  readonly rounds: readonly Round[]
  /** What a reader must know: who was left out, and why. */
  readonly notes: readonly string[]
}

/** A whole run, as it is kept in a file. */
export interface RunResult {
  readonly format: 1
  /** ISO 8601. */
  readonly startedAt: string
  readonly commit: string
  readonly machine: Machine
  /** How the CPUs were shared. */
  readonly cores: string
  /** Versions of the programs, by name. */
  readonly versions: Readonly<Record<string, string>>
  /** The command line. */
  readonly arguments: readonly string[]
  readonly seconds: number
  readonly rounds: number
  readonly shapes: readonly ShapeResult[]
}
