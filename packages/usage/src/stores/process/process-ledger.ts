import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Logger, Timer } from '@fairlead/base'
import { CounterStoreUnavailable } from '../../counters/counter.ts'
import type {
  KeyUse,
  RateableCall,
  RatedCall,
  Rating,
  UsageAnswer,
  UsageEntry,
  UsageLedger,
  UsageQuery,
} from '../../ledger/ledger.ts'
import { PendingUsage } from '../../ledger/pending-usage.ts'
import { readKeyUses, readUsage } from './ledger-reader.ts'
import { LedgerTable } from './ledger-table.ts'
import type { UsageDatabase } from './usage-database.ts'

/** Notes of this time become one transaction. */
const batchMs = 100
/** After a failure; meanwhile notes wait in memory. */
const retryMs = 5_000

interface ProcessLedgerOptions {
  /** It is opened when the first note is stored, or the first question asked. */
  readonly database: Pick<UsageDatabase, 'open' | 'described'>
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
  readonly logger: Logger
}

interface OpenLedger {
  readonly database: DatabaseSync
  readonly table: LedgerTable
}

/**
 * The ledger of one machine, in the database of its usage. While that does not work, notes are kept in
 * memory, up to the bound of `PendingUsage`, and questions are refused.
 */
export class ProcessLedger implements UsageLedger {
  readonly #options: ProcessLedgerOptions
  readonly #pending = new PendingUsage()
  #table: OpenLedger | undefined
  #timer: Timer | undefined
  #failure: Error | undefined

  constructor(options: ProcessLedgerOptions) {
    this.#options = options
  }

  note(entry: UsageEntry): void {
    this.#pending.add(entry)
    this.#storeSoon()
  }

  noteKeyUse(use: KeyUse): void {
    this.#pending.addKeyUse(use)
    this.#storeSoon()
  }

  noteRateable(call: RateableCall): void {
    this.#pending.addRateable(call)
    this.#storeSoon()
  }

  async rate(rating: Rating): Promise<RatedCall | undefined> {
    return this.#asking(({ table }) => table.rate(rating))
  }

  async query(query: UsageQuery): Promise<UsageAnswer> {
    return this.#asking(({ database }) => readUsage(database, query))
  }

  async keyUses(tenant: string): Promise<readonly KeyUse[]> {
    return this.#asking(({ database }) => readKeyUses(database, tenant))
  }

  /** Stores what is pending. The database stays open: it is not the ledger's alone. */
  close(): void {
    this.#store()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #asking<T>(ask: (opened: OpenLedger) => T): T {
    this.#store()
    if (this.#failure !== undefined) throw unavailable(this.#failure)
    try {
      return ask(this.#open())
    } catch (error) {
      throw unavailable(this.#options.database.described(error))
    }
  }

  #open(): OpenLedger {
    const database = this.#options.database.open()
    if (this.#table?.database !== database) {
      this.#table = { database, table: new LedgerTable(database, this.#options.clock) }
    }
    return this.#table
  }

  #storeSoon(): void {
    this.#timer ??= this.#options.clock.setTimer(this.#failure ? retryMs : batchMs, () => {
      this.#timer = undefined
      this.#store()
    })
  }

  #store(): void {
    if (this.#pending.isEmpty) return
    const noted = this.#pending.take()
    try {
      this.#open().table.add(noted)
      this.#failure = undefined
    } catch (error) {
      const { database, logger } = this.#options
      const described = database.described(error)
      if (this.#failure === undefined) {
        logger.error(
          { err: described },
          'usage cannot be stored; until it can, it is kept in memory',
        )
      }
      this.#failure = described
      this.#pending.addAll(noted)
      this.#storeSoon()
    }
  }
}

function unavailable(cause: Error): CounterStoreUnavailable {
  return new CounterStoreUnavailable(cause.message, { cause })
}
