export { roundedSum } from './money/exact-amount.ts'
export { dollarsOf, nanodollarsMax, nanodollarsOf } from './money/nanodollars.ts'
export type { Cost, PriceState } from './prices/cost.ts'
export { unpricedCost } from './prices/cost.ts'
export { Price, type PriceTerms } from './prices/price.ts'
export {
  type FoundPrice,
  type ModelToPrice,
  type PriceSource,
  PriceTable,
} from './prices/price-table.ts'
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
export { dayAfter, dayAt, daysBetween, hourAt, isDay } from './ledger/usage-days.ts'
export { joinedGroups, splitGroups } from './ledger/joined-groups.ts'
export { ledgerDays, rateableMs, usageEntriesMax } from './ledger/ledger.ts'
export type { BorrowOutcome, Holder, Report, Wish } from './counters/borrowing.ts'
export type { CounterStore } from './stores/counter-store.ts'
export type {
  KeyUse,
  RateableCall,
  RatedCall,
  Rating,
  UsageAnswer,
  UsageDimensions,
  UsageEntry,
  UsageLedger,
  UsageQuery,
  UsageSums,
} from './ledger/ledger.ts'
export { MemoryLedger } from './ledger/memory-ledger.ts'
export { type NotedUsage, PendingUsage } from './ledger/pending-usage.ts'
export { type AskedUsage, readUsageQuery, UsageQueryError } from './ledger/read-usage-query.ts'
export { type ShownSums, shownSums } from './ledger/shown-usage.ts'
export { addUsage, noUsage, usageDimensions, usageFigures } from './ledger/usage-sums.ts'
export { ProcessLedger } from './stores/process/process-ledger.ts'
export {
  type ComparedVersion,
  compareVersions,
  type Difference,
  type VersionUsage,
} from './statistics/compare-versions.ts'
export { UsageWindows } from './windows/usage-windows.ts'
export { openCounters, openCountersInMemory } from './stores/process/open-counters.ts'
export { ProcessCounterStore } from './stores/process/process-counter-store.ts'
export { UsageDatabase } from './stores/process/usage-database.ts'
export { LeasedCounters } from './leases/leased-counters.ts'
export type { CounterNews, CounterRequest } from './remote/counter-messages.ts'
export { CounterOwner } from './remote/counter-owner.ts'
export { RemoteCounterStore } from './remote/remote-counter-store.ts'
export { openRedisState, type RedisState } from './stores/redis/redis-state.ts'
