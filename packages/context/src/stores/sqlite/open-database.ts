import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { migrate } from './schema.ts'

/**
 * `NORMAL`: acknowledged changes survive the end of the process, kill -9 included, because the
 * operating system has them; a power failure can lose the most recent ones but not damage the file.
 * `FULL`: they survive a power failure too, at the cost of a disk flush at the start and end of every
 * turn, during which the process does nothing else.
 */
export type SqliteDurability = 'NORMAL' | 'FULL'

/** How long to wait for another process that is writing: this process is blocked meanwhile. */
const busyTimeoutMs = 250

/** Pages of the file that are kept in memory, in KiB: those of the conversations in use. */
const cacheKiB = 16 * 1024

/**
 * Pages, of 4 KiB, after which the write-ahead log is copied into the file. Turns write many of the
 * same pages, which are copied once, and each time the disk is waited for.
 */
const logPagesMax = 4000

/** Opens the file, readable by its owner only; creates it when missing, but not its folder. */
export function openDatabase(path: string, durability: SqliteDurability): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
  try {
    database.exec('PRAGMA journal_mode = WAL')
    database.exec(`PRAGMA synchronous = ${durability}`)
    database.exec('PRAGMA secure_delete = ON')
    database.exec(`PRAGMA cache_size = -${cacheKiB}`)
    database.exec(`PRAGMA wal_autocheckpoint = ${logPagesMax}`)
    // While a migration replaces a table, others refer to none.
    database.exec('PRAGMA foreign_keys = OFF')
    migrate(database)
    database.exec('PRAGMA foreign_keys = ON')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
