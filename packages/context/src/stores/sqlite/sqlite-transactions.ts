import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Changes to a database that are stored whole or not at all. */
export class SqliteTransactions {
  readonly #database: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  #wiping: Promise<void> | undefined

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
  }

  run<T>(work: () => T): T {
    this.#begin.run()
    try {
      const result = work()
      this.#commit.run()
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /**
   * `secure_delete` overwrites deleted text in the file; this removes it from the write-ahead log.
   * Those who ask for it in one turn of the event loop share the work.
   */
  wipeLog(): Promise<void> {
    this.#wiping ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#wiping = undefined
        try {
          this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
          resolve()
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
    return this.#wiping
  }
}
