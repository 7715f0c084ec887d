import type { BorrowOutcome, Holder, Report, Wish } from '../counters/borrowing.ts'
import type { Counter, CounterView } from '../counters/counter.ts'

/**
 * All counters, of one machine or one cluster. What is lent counts as taken, so that all holders
 * together never exceed a limit. What a holder has that neither borrows nor renews for the time of
 * its lease comes back, and is counted as unsettled. Methods reject with `CounterStoreUnavailable`.
 */
export interface CounterStore {
  /** The store's time in Unix milliseconds, as far as it is known here: windows go by it. */
  nowMs(): number
  /**
   * Lends for all wishes or none, in one step. What is claimed of `Requests` is not lent but used at
   * once. Where only what other holders have spare is missing, it is asked for first, for at most
   * `recallMs`.
   */
  borrow(holder: Holder, wishes: readonly Wish[]): Promise<BorrowOutcome>
  /**
   * In one step; each report is taken once, however often it is sent (`sequence` rises by one from 1
   * for every holder). A holder whose lease has expired may still report.
   */
  report(holder: Holder, sequence: number, reports: readonly Report[]): Promise<void>
  /**
   * The holder lives. Resolves with the keys of the counters of which others want what it has spare.
   */
  renew(holder: Holder): Promise<readonly string[]>
  /** Calls back when others want what this holder has spare; not all stores can. */
  onRecall?(holder: Holder, recalled: (keys: readonly string[]) => void): void
  view(counters: readonly Counter[]): Promise<readonly CounterView[]>
  close(): Promise<void>
}
