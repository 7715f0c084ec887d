import type { SqliteIndex } from './sqlite-index.ts'

/** What the thread of an index can be asked. */
export type IndexOperation = Exclude<keyof SqliteIndex, 'close'>

/** One at a time: the next is sent when this one is answered. */
export interface IndexJob {
  readonly operation: IndexOperation
  readonly list: readonly unknown[]
}

/** Either `result` or `error`. */
export interface IndexAnswer {
  readonly result?: unknown
  readonly error?: string
}
