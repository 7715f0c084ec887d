import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { UsageWindow } from '@fairlead/snapshot'
import type { CounterChanges, KeptCounter } from '../../counters/counter-book.ts'
import type { CounterState } from '../../counters/counter-state.ts'

/** What has changed of a counter and is not in the file. */
interface Change {
  isLent: boolean
  readonly slots: number[]
}

/** The row of a counter. */
interface Row {
  readonly id: number
  lastSlot: number
}

/**
 * Counters in a SQLite database that others use too. All changes of one turn of the event loop are
 * one transaction. What runs at the moment is not kept: it ends with the process.
 */
export class CounterJournal implements CounterChanges {
  readonly #database: DatabaseSync
  readonly #sql: ReturnType<typeof prepare>
  readonly #changes = new Map<CounterState, Change>()
  readonly #rows = new Map<CounterState, Row>()
  /** Rows to be deleted. */
  readonly #forgotten = new Set<number>()
  #batch: Promise<void> | undefined

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#sql = prepare(database)
  }

  used(state: CounterState, slot: number): void {
    const change = this.#changeOf(state)
    if (change !== undefined && !change.slots.includes(slot)) change.slots.push(slot)
  }

  lent(state: CounterState): void {
    const change = this.#changeOf(state)
    if (change !== undefined) change.isLent = true
  }

  forgotten(state: CounterState): void {
    this.#changes.delete(state)
    const row = this.#rows.get(state)
    this.#rows.delete(state)
    if (row !== undefined) this.#forgotten.add(row.id)
  }

  /** Resolves when all changes so far are in the file. Rejects when it cannot be written. */
  kept(): Promise<void> {
    if (this.#changes.size === 0 && this.#forgotten.size === 0) return Promise.resolve()
    this.#batch ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#batch = undefined
        try {
          this.write()
          resolve()
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
    return this.#batch
  }

  /** Writes all changes now. Throws what SQLite throws; they are then written the next time. */
  write(): void {
    if (this.#changes.size === 0 && this.#forgotten.size === 0) return
    this.#sql.begin.run()
    const added = new Map<CounterState, Row>()
    try {
      for (const id of this.#forgotten) {
        this.#sql.deleteBuckets.run(id)
        this.#sql.deleteCounter.run(id)
      }
      for (const [state, change] of this.#changes) this.#writeOne(state, change, added)
      this.#sql.commit.run()
    } catch (error) {
      // SQLite ends a transaction itself after some failures, such as a full disk.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
    for (const [state, row] of added) this.#rows.set(state, row)
    this.#changes.clear()
    this.#forgotten.clear()
  }

  /** What is in the file, in no order. A counter whose row is not as it should be is left out. */
  read(): readonly KeptCounter[] {
    return this.#sql.counters.all().flatMap((row): KeptCounter[] => {
      const window = windowOf(row['window'])
      if (window === undefined) return []
      const id = Number(row['id'])
      const buckets = this.#sql.buckets.all(id).map((bucket) => ({
        slot: Number(bucket['slot']),
        used: Number(bucket['used']),
        unsettled: Number(bucket['unsettled']),
      }))
      return [
        {
          key: String(row['key']),
          window,
          lentSlot: Number(row['lent_slot']),
          lent: Number(row['lent']),
          buckets,
          restored: (state) => {
            this.#rows.set(state, { id, lastSlot: buckets.at(-1)?.slot ?? 0 })
          },
        },
      ]
    })
  }

  #changeOf(state: CounterState): Change | undefined {
    if (state.window === undefined || state.isForgotten) return undefined
    const known = this.#changes.get(state)
    if (known !== undefined) return known
    const change = { isLent: false, slots: [] }
    this.#changes.set(state, change)
    return change
  }

  #writeOne(state: CounterState, { isLent, slots }: Change, added: Map<CounterState, Row>): void {
    const { period, key, window } = state
    let row = this.#rows.get(state)
    if (row === undefined) {
      const { lastInsertRowid } = this.#sql.insert.run(
        key,
        JSON.stringify(window),
        period.slot,
        period.lent,
      )
      row = { id: Number(lastInsertRowid), lastSlot: 0 }
      added.set(state, row)
    } else if (isLent) {
      this.#sql.lend.run(period.slot, period.lent, row.id)
    }
    for (const slot of slots) {
      const { used, unsettled } = state.bucket(slot)
      this.#sql.putBucket.run(row.id, slot, used, unsettled)
      if (slot <= row.lastSlot) continue
      row.lastSlot = slot
      this.#sql.deleteOldBuckets.run(row.id, state.oldestSlot ?? slot)
    }
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text)
  return {
    begin: sql('BEGIN IMMEDIATE'),
    commit: sql('COMMIT'),
    counters: sql('SELECT id, key, window, lent_slot, lent FROM counters'),
    buckets: sql(
      'SELECT slot, used, unsettled FROM counter_buckets WHERE counter = ? ORDER BY slot',
    ),
    // The row of one that was forgotten may be there still if that failed.
    insert: sql(
      'INSERT OR REPLACE INTO counters (key, window, lent_slot, lent) VALUES (?, ?, ?, ?)',
    ),
    lend: sql('UPDATE counters SET lent_slot = ?, lent = ? WHERE id = ?'),
    putBucket: sql(
      'INSERT OR REPLACE INTO counter_buckets (counter, slot, used, unsettled) VALUES (?, ?, ?, ?)',
    ),
    deleteOldBuckets: sql('DELETE FROM counter_buckets WHERE counter = ? AND slot < ?'),
    deleteBuckets: sql('DELETE FROM counter_buckets WHERE counter = ?'),
    deleteCounter: sql('DELETE FROM counters WHERE id = ?'),
  }
}

function windowOf(text: unknown): UsageWindow | undefined {
  const window = parseJsonOrUndefined(String(text))
  return isJsonObject(window) && (window['type'] === 'Sliding' || window['type'] === 'Calendar')
    ? (window as unknown as UsageWindow)
    : undefined
}
