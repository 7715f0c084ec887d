import type { DatabaseSync } from 'node:sqlite'

/** Changes to a database that are stored whole or not at all. */
export class SqliteTransactions {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  run<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** `secure_delete` overwrites deleted text in the file; this removes it from the write-ahead log. */
  wipeLog(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }
}
