import type { SqliteIndex } from './sqlite-index.ts'

/** What the thread of an index can be asked. */
export type IndexOperation = Exclude<keyof SqliteIndex, 'close'>

export interface IndexJob {
  readonly id: number
  readonly operation: IndexOperation
  readonly list: readonly unknown[]
}

/** Either `result` or `error`. */
export interface IndexAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}
