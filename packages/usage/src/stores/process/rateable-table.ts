import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Clock, parseJson } from '@fairlead/base'
import {
  type RateableCall,
  rateableCallsMax,
  rateableMs,
  type Rating,
} from '../../ledger/ledger.ts'
import { mayRate } from '../../ledger/rate-call.ts'

/** How long before what is too old, or too much, is looked for again. */
const removeEveryMs = 60_000

interface Row {
  readonly call: string
  readonly thousandths: number | null
}

/**
 * The calls that can be rated, in the database of the ledger, whose schema has been made. Throws what
 * SQLite throws.
 */
export class RateableTable {
  readonly #clock: Pick<Clock, 'now'>
  readonly #callsMax: number
  readonly #insert: StatementSync
  readonly #find: StatementSync
  readonly #rate: StatementSync
  readonly #removeOld: StatementSync
  readonly #removeSurplus: StatementSync
  #removedAtMs = -Infinity

  constructor(database: DatabaseSync, clock: Pick<Clock, 'now'>, callsMax = rateableCallsMax) {
    this.#clock = clock
    this.#callsMax = callsMax
    this.#insert = database.prepare(
      'INSERT INTO rateable_calls (requestId, endedAtMs, tenant, call) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    this.#find = database.prepare(
      'SELECT call, thousandths FROM rateable_calls WHERE requestId = ?',
    )
    this.#rate = database.prepare('UPDATE rateable_calls SET thousandths = ? WHERE requestId = ?')
    this.#removeOld = database.prepare('DELETE FROM rateable_calls WHERE endedAtMs < ?')
    this.#removeSurplus = database.prepare(
      'DELETE FROM rateable_calls WHERE endedAtMs <= (SELECT endedAtMs FROM rateable_calls ORDER BY endedAtMs DESC LIMIT 1 OFFSET ?)',
    )
  }

  add(calls: readonly RateableCall[]): void {
    for (const call of calls) {
      this.#insert.run(call.requestId, call.endedAtMs, call.tenant, JSON.stringify(call))
    }
    if (calls.length > 0) this.#remove()
  }

  /** The call that a rating is for, with the one whose place it has taken; undefined for none. */
  rate(
    rating: Rating,
  ): { readonly call: RateableCall; readonly before: number | undefined } | undefined {
    const row = this.#find.get(rating.requestId) as Row | undefined
    if (row === undefined) return undefined
    // Unchecked: only this class writes it.
    const call = parseJson(row.call) as RateableCall
    if (!mayRate(call, rating)) return undefined
    this.#rate.run(rating.thousandths, rating.requestId)
    return { call, before: row.thousandths ?? undefined }
  }

  #remove(): void {
    const nowMs = this.#clock.now()
    if (nowMs < this.#removedAtMs + removeEveryMs) return
    this.#removeOld.run(nowMs - rateableMs)
    this.#removeSurplus.run(this.#callsMax)
    this.#removedAtMs = nowMs
  }
}
