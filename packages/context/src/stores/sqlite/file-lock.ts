import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isBusy } from './sqlite-trouble.ts'

/**
 * Keeps a store's file to one ConversationStore in one process. The lock is one of the operating
 * system, on a file beside the store's: it ends with the process, however that ends.
 */
export class FileLock {
  readonly #database: DatabaseSync

  /** Throws an Error that names both when another holds the file. */
  constructor(path: string, owner: string) {
    const lockPath = `${path}-lock`
    createFile(lockPath)
    this.#database = new DatabaseSync(lockPath, { timeout: 0 })
    try {
      this.#acquire(path, owner)
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  release(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #acquire(path: string, owner: string): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      this.#database.exec(
        'CREATE TABLE IF NOT EXISTS owner (name TEXT NOT NULL, process INTEGER NOT NULL) STRICT; DELETE FROM owner;',
      )
      const insert = this.#database.prepare('INSERT INTO owner (name, process) VALUES (?, ?)')
      insert.run(owner, process.pid)
      // Others can read the name once it is committed; the second transaction is never ended.
      this.#database.exec('COMMIT')
      this.#database.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (!isBusy(error)) throw error
      throw new Error(`${path} is in use by ${this.#holder()}: ${advice}`, { cause: error })
    }
  }

  #holder(): string {
    try {
      const row = this.#database.prepare('SELECT name, process FROM owner').get()
      if (row !== undefined) {
        const where = row['process'] === process.pid ? '' : ` in process ${Number(row['process'])}`
        return `ConversationStore ${String(row['name'])}${where}`
      }
    } catch {
      // It is just being written.
    }
    return 'another ConversationStore'
  }
}

const advice = 'give each ConversationStore a spec.sqlite.path of its own, used by one process'

/**
 * Opens nothing that exists: closing any descriptor of a file ends the locks that this process has
 * on it.
 */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
