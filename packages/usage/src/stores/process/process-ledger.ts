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

/**
 * The ledger of one machine, in the database of its usage. While that does not work, notes are kept in
 * memory, up to the bound of `PendingUsage`, and questions are refused.
 */
export class ProcessLedger implements UsageLedger {
  readonly #options: ProcessLedgerOptions
  readonly #pending = new PendingUsage()
  #table: { readonly database: DatabaseSync; readonly table: LedgerTable } | undefined
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

  async query(query: UsageQuery): Promise<UsageAnswer> {
    return this.#reading((database) => readUsage(database, query))
  }

  async keyUses(tenant: string): Promise<readonly KeyUse[]> {
    return this.#reading((database) => readKeyUses(database, tenant))
  }

  /** Stores what is pending. The database stays open: it is not the ledger's alone. */
  close(): void {
    this.#store()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #reading<T>(read: (database: DatabaseSync) => T): T {
    this.#store()
    if (this.#failure !== undefined) throw unavailable(this.#failure)
    try {
      return read(this.#open().database)
    } catch (error) {
      throw unavailable(this.#options.database.described(error))
    }
  }

  #open() {
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
