import type { SourceTree } from './source-tree.ts'

/** A violation in one file: what is wrong, and what to do instead. */
export interface Finding {
  readonly path: string
  /** From 1; undefined when it concerns the whole file. */
  readonly line?: number
  readonly message: string
}

/** An invariant of the repository, checked from the files alone. */
export interface Rule {
  readonly name: string
  check(tree: SourceTree, architecture: Architecture): readonly Finding[]
}

/** The configuration of the rules for this repository. */
export interface Architecture {
  /** Every package, lowest first. */
  readonly packages: Readonly<Record<string, PackagePlan>>
  /** Folders whose children are alternatives of one kind and must not depend on each other. */
  readonly alternatives: readonly Alternatives[]
  /** Folders and files that do no I/O and read no clock: values in, values out. */
  readonly pure: readonly string[]
  /** Programs in a pure folder, and why. */
  readonly impure: Reasons
  /** Files that may read the machine's clock, set timers or draw random numbers, and why. */
  readonly clocks: Reasons
  /** Test support that may set timers, and why. */
  readonly testTimers: Reasons
  /** Module state that is allowed, as `path#name`, and why. */
  readonly moduleState: Reasons
  /** Exports that no file imports, as `path#name`, and why they are there. */
  readonly unusedExports: Reasons
}

/** Exceptions to a rule; unneeded ones are reported. */
export type Reasons = Readonly<Record<string, string>>

export interface PackagePlan {
  /** Our packages that it may import, all of them lower. */
  readonly mayImport: readonly string[]
  /**
   * The folders and files directly in its `src/`, lowest first: each may import those before it.
   * `*.ts` stands for the files that are not named; they may import each other.
   */
  readonly layers: readonly string[]
  /** The data plane imports nothing from Kubernetes. */
  readonly plane?: 'data'
}

export interface Alternatives {
  readonly folder: string
  /**
   * Files and folders that every alternative may import: the interface they implement, and shared
   * code.
   */
  readonly contract: readonly string[]
  /** Files that list the alternatives: no alternative may import them. */
  readonly list: readonly string[]
}
