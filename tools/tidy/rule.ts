import type { SourceTree } from './source-tree.ts'

/** A mistake in one file: what is wrong, and what to do instead. */
export interface Finding {
  readonly path: string
  /** From 1; undefined when the file as a whole is meant. */
  readonly line?: number
  readonly message: string
}

/** One thing that must hold everywhere, judged from the files alone. */
export interface Rule {
  readonly name: string
  check(tree: SourceTree, architecture: Architecture): readonly Finding[]
}

/** What the rules are told of this repository. */
export interface Architecture {
  /** Every package, lowest first. */
  readonly packages: Readonly<Record<string, PackagePlan>>
  /** Folders whose children are alternatives of one kind and must not know each other. */
  readonly alternatives: readonly Alternatives[]
  /** Folders and files that do no I/O and read no clock: values in, values out. */
  readonly pure: readonly string[]
  /** Programs that stand in a pure folder, and why. */
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

/** Exceptions from a rule; a rule reports an exception that it does not need. */
export type Reasons = Readonly<Record<string, string>>

export interface PackagePlan {
  /** The packages of ours that it may import, all of them lower. */
  readonly mayImport: readonly string[]
  /**
   * The folders and files directly in its `src/`, lowest first: each may import those before it.
   * `*.ts` stands for the files that are not named; they may import each other.
   */
  readonly layers: readonly string[]
  /** The data plane imports nothing of Kubernetes. */
  readonly plane?: 'data'
}

export interface Alternatives {
  readonly folder: string
  /** Files and folders that every alternative may import: what it implements, and what they share. */
  readonly contract: readonly string[]
  /** Files that name the alternatives: none of them may import these. */
  readonly list: readonly string[]
}
