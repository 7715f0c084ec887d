import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { parseJson } from '@fairlead/base'
import { learn, type CountObservation, type LearntFactor } from '../../tokens/learnt-factor.ts'
import { factorsMax, type FactorStore } from '../factor-store.ts'
import type { SqliteTransactions } from './sqlite-transactions.ts'

/** What has been learnt can be learnt again: the table is no part of the file's version. */
const table = `CREATE TABLE IF NOT EXISTS factors (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT`

/** Factors in the file of the conversations. */
export class SqliteFactors implements FactorStore {
  readonly #transactions: SqliteTransactions
  readonly #all: StatementSync
  readonly #one: StatementSync
  readonly #put: StatementSync
  readonly #prune: StatementSync

  constructor(database: DatabaseSync, transactions: SqliteTransactions) {
    database.exec(table)
    this.#transactions = transactions
    this.#all = database.prepare('SELECT body FROM factors ORDER BY number DESC LIMIT ?')
    this.#one = database.prepare('SELECT body FROM factors WHERE model = ?')
    // A replaced row gets a new number: the lowest is that of the model learnt of longest ago.
    this.#put = database.prepare('INSERT OR REPLACE INTO factors (model, body) VALUES (?, ?)')
    this.#prune = database.prepare(
      `DELETE FROM factors WHERE number IN (
         SELECT number FROM factors ORDER BY number DESC LIMIT -1 OFFSET ?)`,
    )
  }

  async list(): Promise<readonly LearntFactor[]> {
    return this.#all.all(factorsMax).map(read)
  }

  async observe(observation: CountObservation): Promise<LearntFactor | undefined> {
    return this.#transactions.run(() => {
      const { model } = observation
      const row = this.#one.get(model)
      const known = row && read(row)
      const learnt = learn(known, observation)
      if (learnt === undefined || learnt === known) return known
      this.#put.run(model, JSON.stringify(learnt))
      this.#prune.run(factorsMax)
      return learnt
    })
  }
}

/** Unchecked, because this store wrote the text from a value of the same type. */
function read(row: Record<string, unknown>): LearntFactor {
  return parseJson(String(row['body'])) as LearntFactor
}
