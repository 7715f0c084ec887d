import type { Report, Wish } from '../counters/borrowing.ts'
import type { Counter } from '../counters/counter.ts'

/** What a worker asks of the process that owns the counters, in the order of the calls. */
export interface CounterRequest {
  /** Unique within the worker. */
  readonly id: number
  /** JSON of a `CounterQuestion`. */
  readonly body: string
}

export type CounterQuestion =
  | { readonly ask: 'borrow'; readonly holder: string; readonly wishes: readonly Wish[] }
  /** The answer to a `borrow` came too late. */
  | {
      readonly ask: 'undo'
      readonly holder: string
      readonly wishes: readonly Wish[]
      readonly lent: readonly number[]
      readonly slots: readonly number[]
    }
  | {
      readonly ask: 'report'
      readonly holder: string
      readonly sequence: number
      readonly reports: readonly Report[]
    }
  | { readonly ask: 'renew'; readonly holder: string }
  | { readonly ask: 'view'; readonly counters: readonly Counter[] }

/** A `CounterView` without its counter, which the worker knows. */
export interface CounterFigures {
  readonly used: number
  readonly reserved: number
  readonly unsettled: number
  readonly resetsAtMs?: number | undefined
}

export type BorrowAnswer =
  | {
      readonly granted: true
      readonly lent: readonly number[]
      readonly slots: readonly number[]
      readonly views: readonly CounterFigures[]
    }
  | {
      readonly granted: false
      readonly refused: readonly {
        /** Of the wish. */
        readonly index: number
        readonly view: CounterFigures
        readonly retryAfterMs?: number | undefined
      }[]
    }

/** Either `body` or `error`. */
interface CounterAnswer {
  readonly id: number
  /** JSON of the result; undefined for one that is undefined. */
  readonly body?: string
  /** Why the counters are not available. */
  readonly error?: string
}

/** Others want what a holder has spare. */
interface CounterRecall {
  readonly holder: string
  readonly keys: readonly string[]
}

/** What the owner tells a worker. */
export interface CounterNews {
  readonly answers: readonly CounterAnswer[]
  readonly recalls: readonly CounterRecall[]
}
