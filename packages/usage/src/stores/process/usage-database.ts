import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@fairlead/base'
import { counterSchema } from './counter-schema.ts'
import { describeUsageTrouble } from './usage-trouble.ts'

/** Of the tables of counters. */
const schemaVersion = 1

/** Pages of the file that are kept in memory, in KiB. */
const cacheKiB = 4 * 1024

/** How long to wait before a file is tried again that could not be opened. */
const retryMs = 5000

/**
 * The file that a machine's usage is kept in. It is opened when it is first needed. One process at a
 * time has it open, and its lock ends with the process. What is committed survives the end of the
 * process, kill -9 included; a power failure can lose the most recent changes.
 */
export class UsageDatabase {
  readonly #path: string
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #database: DatabaseSync | undefined
  #failure: { readonly error: Error; readonly untilMs: number } | undefined

  constructor(path: string, clock: Pick<Clock, 'monotonicMs'>) {
    this.#path = path
    this.#clock = clock
  }

  /** Throws an Error that says what to do. */
  open(): DatabaseSync {
    if (this.#database !== undefined) return this.#database
    const nowMs = this.#clock.monotonicMs()
    if (this.#failure !== undefined && nowMs < this.#failure.untilMs) throw this.#failure.error
    try {
      this.#database = openFile(this.#path)
      return this.#database
    } catch (cause) {
      const error = this.described(cause)
      this.#failure = { error, untilMs: nowMs + retryMs }
      throw error
    }
  }

  /** What a failure means for whoever looks after the file. */
  described(error: unknown): Error {
    return describeUsageTrouble(error, this.#path)
  }

  close(): void {
    this.#database?.close()
    this.#database = undefined
  }
}

/** The file is readable by its owner only; it and its folder are created when missing. */
function openFile(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = NORMAL')
    database.exec(`PRAGMA cache_size = -${cacheKiB}`)
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  if (version > schemaVersion) {
    throw new Error(
      `the file has schema version ${version}, but this program supports up to ${schemaVersion}: start a newer program`,
    )
  }
  database.exec(counterSchema)
  database.exec(`PRAGMA user_version = ${schemaVersion}`)
  database.exec('COMMIT')
}
