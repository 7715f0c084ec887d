import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Logger, Timer } from '@fairlead/base'
import { CounterStoreUnavailable } from '../../counters/counter.ts'
import type {
  KeyUse,
  UsageAnswer,
  UsageEntry,
  UsageLedger,
  UsageQuery,
} from '../../ledger/ledger.ts'
import { PendingUsage } from '../../ledger/pending-usage.ts'
import { readKeyUses, readUsage } from './ledger-reader.ts'
import { LedgerTable } from './ledger-table.ts'

/** Notes of this time become one transaction. */
const batchMs = 100
/** After a failure; meanwhile notes wait in memory. */
const retryMs = 5_000

interface ProcessLedgerOptions {
  readonly database: DatabaseSync
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
  readonly logger: Logger
}

/** The ledger of one machine, in the database of its usage. */
export class ProcessLedger implements UsageLedger {
  readonly #options: ProcessLedgerOptions
  readonly #table: LedgerTable
  readonly #pending = new PendingUsage()
  #timer: Timer | undefined
  #hasFailed = false

  /** Throws when the tables cannot be made. */
  constructor(options: ProcessLedgerOptions) {
    this.#options = options
    this.#table = new LedgerTable(options.database, options.clock)
  }

  note(entry: UsageEntry): void {
    this.#pending.add(entry)
    this.#storeSoon()
  }

  noteKeyUse(use: KeyUse): void {
    this.#pending.addKeyUse(use)
    this.#storeSoon()
  }

  async query(query: UsageQuery): Promise<UsageAnswer> {
    return this.#reading((database) => readUsage(database, query))
  }

  async keyUses(tenant: string): Promise<readonly KeyUse[]> {
    return this.#reading((database) => readKeyUses(database, tenant))
  }

  /** Stores what is pending. The database stays open: it is not the ledger's. */
  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#store()
  }

  #reading<T>(read: (database: DatabaseSync) => T): T {
    this.#store()
    if (this.#hasFailed) {
      throw new CounterStoreUnavailable(
        'usage.db cannot be written; the log of the gateway says why',
      )
    }
    try {
      return read(this.#options.database)
    } catch (error) {
      throw new CounterStoreUnavailable('usage.db cannot be read', { cause: error })
    }
  }

  #storeSoon(): void {
    this.#timer ??= this.#options.clock.setTimer(this.#hasFailed ? retryMs : batchMs, () => {
      this.#timer = undefined
      this.#store()
    })
  }

  #store(): void {
    if (this.#pending.isEmpty) return
    const noted = this.#pending.take()
    try {
      this.#table.add(noted)
      this.#hasFailed = false
    } catch (error) {
      if (!this.#hasFailed) {
        this.#options.logger.error({ err: error }, 'usage cannot be stored; it is kept in memory')
      }
      this.#hasFailed = true
      this.#pending.addAll(noted)
      this.#storeSoon()
    }
  }
}
