import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrate } from './schema.ts'

/**
 * `NORMAL`: what was acknowledged survives the end of the process, kill -9 included, because the
 * operating system holds it; only a power cut can take the last moments, and never the file.
 * `FULL` also survives that, for a disk flush at every turn's begin and end, during which nothing
 * else of the process runs.
 */
export type SqliteDurability = 'NORMAL' | 'FULL'

/** Another process that writes is waited for no longer: nothing else runs meanwhile. */
const busyTimeoutMs = 250

/** Opens the file, makes it when it is missing, readable by its owner only. */
export function openDatabase(path: string, durability: SqliteDurability): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
  try {
    database.exec('PRAGMA journal_mode = WAL')
    database.exec(`PRAGMA synchronous = ${durability}`)
    database.exec('PRAGMA secure_delete = ON')
    database.exec('PRAGMA foreign_keys = ON')
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
