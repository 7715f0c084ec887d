export { dollarsOf, nanodollarsMax, nanodollarsOf } from './money/nanodollars.ts'
export { CounterStoreUnavailable } from './counters/counter.ts'
export type {
  Claim,
  Counter,
  Counters,
  CounterView,
  Measure,
  RefusedClaim,
  Reservation,
  ReserveOutcome,
} from './counters/counter.ts'
export type { BorrowOutcome, CounterStore, Holder, Report, Wish } from './stores/counter-store.ts'
export type {
  UsageDimensions,
  UsageEntry,
  UsageLedger,
  UsageQuery,
  UsageSums,
} from './ledger/ledger.ts'
