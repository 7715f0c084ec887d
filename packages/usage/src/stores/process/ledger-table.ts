import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '@fairlead/base'
import { usageFolds } from '../../ledger/fold-usage.ts'
import {
  ledgerDays,
  type RatedCall,
  type Rating,
  type UsageDimensions,
  type UsageEntry,
} from '../../ledger/ledger.ts'
import type { NotedUsage } from '../../ledger/pending-usage.ts'
import { dayAfter, dayAt } from '../../ledger/usage-days.ts'
import { usageDimensions, usageFigures } from '../../ledger/usage-sums.ts'
import { ratingEntry } from '../../ledger/rate-call.ts'
import { ledgerSchema } from './ledger-schema.ts'
import { RateableTable } from './rateable-table.ts'

/** How many rows there may be before models, and then callers, are no longer told apart. */
interface LedgerBounds {
  readonly rowsPerDay: number
  /** Of these, of one tenant. */
  readonly rowsPerTenantAndDay: number
  /** Beyond it the oldest days go, once a day. */
  readonly rows: number
  /** Keys whose last use is known. */
  readonly keys: number
}

const ledgerBounds: LedgerBounds = {
  rowsPerDay: 50_000,
  rowsPerTenantAndDay: 200,
  rows: 500_000,
  keys: 100_000,
}

/**
 * Writes the ledger into a SQLite database that others use too: what is added is one transaction.
 * Throws what SQLite throws.
 */
export class LedgerTable {
  readonly #database: DatabaseSync
  readonly #clock: Pick<Clock, 'now'>
  readonly #bounds: LedgerBounds
  readonly #update: StatementSync
  readonly #insert: StatementSync
  readonly #countOfTenant: StatementSync
  readonly #countOfDay: StatementSync
  readonly #putKeyUse: StatementSync
  readonly #rateable: RateableTable
  /** Rows of the days that were added to last: counting them takes time. */
  readonly #rowsOfDay = new Map<string, number>()
  #removedOn = ''

  constructor(
    database: DatabaseSync,
    clock: Pick<Clock, 'now'>,
    bounds: LedgerBounds = ledgerBounds,
  ) {
    database.exec(ledgerSchema)
    addMissingFigures(database)
    this.#rateable = new RateableTable(database, clock)
    this.#database = database
    this.#clock = clock
    this.#bounds = bounds
    const isRow = usageDimensions.map((name) => `${name} = ?`).join(' AND ')
    const sums = usageFigures.map(
      (name) => `${name} = min(${name} + ?, ${Number.MAX_SAFE_INTEGER})`,
    )
    this.#update = database.prepare(`UPDATE ledger SET ${sums.join(', ')} WHERE ${isRow}`)
    const columns = [...usageFigures, ...usageDimensions]
    this.#insert = database.prepare(
      `INSERT INTO ledger (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    )
    this.#countOfDay = database.prepare('SELECT count(*) AS count FROM ledger WHERE day = ?')
    this.#countOfTenant = database.prepare(
      'SELECT count(*) AS count FROM ledger WHERE day = ? AND tenant = ?',
    )
    this.#putKeyUse = database.prepare(
      'INSERT INTO key_uses (tenant, key, hourMs) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET hourMs = max(hourMs, excluded.hourMs)',
    )
  }

  add({ entries, keyUses, rateable }: NotedUsage): void {
    this.#inTransaction(() => {
      this.#removeOld()
      for (const entry of entries) this.#addEntry(entry)
      for (const { tenant, key, hourMs } of keyUses) this.#putKeyUse.run(tenant, key, hourMs)
      this.#rateable.add(rateable)
    })
  }

  /** Undefined for a call that is not remembered, or another tenant's. */
  rate(rating: Rating): RatedCall | undefined {
    return this.#inTransaction(() => {
      const rated = this.#rateable.rate(rating)
      if (rated === undefined) return undefined
      const { call, before } = rated
      this.#addEntry(ratingEntry(call, before, rating.thousandths))
      return { prompt: call.prompt, isReplaced: before !== undefined }
    })
  }

  #inTransaction<T>(change: () => T): T {
    const database = this.#database
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = change()
      database.exec('COMMIT')
      return result
    } catch (error) {
      this.#rowsOfDay.clear()
      this.#removedOn = ''
      // SQLite ends a transaction itself after some failures, such as a full disk.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }

  #addEntry(entry: UsageEntry): void {
    for (const [index, fold] of usageFolds.entries()) {
      const folded = fold(entry)
      const values = [...usageFigures, ...usageDimensions].map((name) => folded[name])
      if (this.#update.run(...values).changes > 0) return
      if (index < usageFolds.length - 1 && !this.#hasRoom(folded, index)) continue
      this.#insert.run(...values)
      this.#rowsOfDay.set(folded.day, this.#rows(folded.day) + 1)
      return
    }
  }

  /** A tenant without room for another model has as much again for what is folded. */
  #hasRoom({ day, tenant }: UsageDimensions, folds: number): boolean {
    const { rowsPerDay, rowsPerTenantAndDay } = this.#bounds
    if (this.#rows(day) >= rowsPerDay) return false
    const { count } = this.#countOfTenant.get(day, tenant) as unknown as { readonly count: number }
    return count < rowsPerTenantAndDay * (folds + 1)
  }

  #rows(day: string): number {
    const known = this.#rowsOfDay.get(day)
    if (known !== undefined) return known
    const { count } = this.#countOfDay.get(day) as unknown as { readonly count: number }
    if (this.#rowsOfDay.size > 2) this.#rowsOfDay.clear()
    this.#rowsOfDay.set(day, count)
    return count
  }

  /** Once a day, when it is first added to. */
  #removeOld(): void {
    const today = dayAt(this.#clock.now())
    if (today === this.#removedOn) return
    const database = this.#database
    const first = dayAfter(today, 1 - ledgerDays)
    database.prepare('DELETE FROM ledger WHERE day < ?').run(first)
    database.prepare('DELETE FROM key_uses WHERE hourMs < ?').run(Date.parse(first))
    const surplusKeys = 'SELECT tenant, key FROM key_uses ORDER BY hourMs DESC LIMIT -1 OFFSET ?'
    database
      .prepare(`DELETE FROM key_uses WHERE (tenant, key) IN (${surplusKeys})`)
      .run(this.#bounds.keys)
    this.#removeBeyond(this.#bounds.rows)
    this.#removedOn = today
  }

  /** The oldest whole days, until there are no more rows than `rowsMax`. */
  #removeBeyond(rowsMax: number): void {
    const days = this.#database
      .prepare('SELECT day, count(*) AS count FROM ledger GROUP BY day ORDER BY day DESC')
      .all() as unknown as readonly { readonly day: string; readonly count: number }[]
    let rows = 0
    for (const { day, count } of days) {
      rows += count
      if (rows <= rowsMax) continue
      this.#database.prepare('DELETE FROM ledger WHERE day <= ?').run(day)
      return
    }
  }
}

/** A file of an earlier version has not all of them; its rows then have 0. */
function addMissingFigures(database: DatabaseSync): void {
  const columns = database
    .prepare('PRAGMA table_info(ledger)')
    .all()
    .map(({ name }) => name)
  for (const figure of usageFigures) {
    if (columns.includes(figure)) continue
    database.exec(`ALTER TABLE ledger ADD COLUMN ${figure} INTEGER NOT NULL DEFAULT 0`)
  }
}
