/** An external program used by tests or benchmarks. One file each; the lookup is shared. */
export interface Program {
  /** Its name on PATH. */
  readonly name: string
  /** The environment variable with the path of one to use instead, such as `KUBECTL`. */
  readonly variable: string
  /** The oldest supported version. */
  readonly oldest: string
  /** The version of the program at a path; undefined if it is another program or does not run. */
  readonly versionOf: (path: string) => Promise<string | undefined>
  /** Where to get it when the machine has none, the preferred source first. */
  readonly sources: readonly Source[]
  /** How to install it by hand, as the continuation of a sentence after "or". */
  readonly byHand: string
}

type Source = CachedSource | MachineSource

interface AnySource {
  /** Its name in messages: `the npm package x 1.0.0`. */
  readonly title: string
  /** Why it cannot be used on this machine; undefined if it can. */
  readonly refusal: () => string | undefined
}

/** Downloads a program into a directory of the cache, for this user only. */
export interface CachedSource extends AnySource {
  /** The version of the program that it provides. */
  readonly version: string
  /** Path of the program inside the directory. */
  readonly file: string
  /** Fills an empty directory. Rejects if it cannot, or if the download does not match its pin. */
  readonly bring: (folder: string) => Promise<void>
}

/** Installs a program for the whole machine; afterwards it is on PATH. */
export interface MachineSource extends AnySource {
  readonly install: () => Promise<void>
}
