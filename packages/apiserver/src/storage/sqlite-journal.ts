import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'

import { parseJson } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change } from './change.ts'
import type { Journal, JournalState } from './journal.ts'
import { openDatabase, pragma } from './open-database.ts'
import { JournalError } from './storage-error.ts'

/** So often, in changes, it is looked whether pages have become free. */
const changesBetweenLooks = 1_000
/** So many pages may be free: they will be used again. */
const freePagesMin = 256

/**
 * The current objects and the revision counter in one SQLite file, one transaction per change.
 *
 * WAL with `synchronous=NORMAL`: a committed transaction has reached the operating system, so
 * killing the process loses nothing, and no write waits for the disk. A power failure may lose the
 * last moments before it; the file stays consistent. The exclusive lock keeps a second server from
 * using the same file.
 */
export class SqliteJournal implements Journal {
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #setRevision: StatementSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #fill: StatementSync
  #changes = 0
  /** Of what last could not be stored; 0 when all could. */
  #refusedBytes = 0

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Before SQLite creates it: the WAL file inherits the file's mode, and both hold Secrets.
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
    this.#database = openDatabase(path)
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?)')
    this.#remove = this.#database.prepare(
      'DELETE FROM object WHERE resource = ? AND namespace = ? AND name = ?',
    )
    this.#setRevision = this.#database.prepare('UPDATE store SET revision = ? WHERE id = 1')
    this.#begin = this.#database.prepare('BEGIN')
    this.#commit = this.#database.prepare('COMMIT')
    this.#fill = this.#database.prepare('INSERT OR REPLACE INTO probe VALUES (1, zeroblob(?))')
  }

  load(): JournalState {
    const store = this.#database.prepare('SELECT revision FROM store WHERE id = 1').get()
    return { revision: Number(store?.['revision']), objects: this.#objects() }
  }

  /** One row after the other, so that the texts of all are never held at once. */
  *#objects(): JournalState['objects'] {
    const rows = this.#database.prepare('SELECT resource, namespace, name, json FROM object')
    for (const row of rows.iterate()) {
      const key = {
        resource: String(row['resource']),
        namespace: String(row['namespace']),
        name: String(row['name']),
      }
      yield { key, object: parseJson(String(row['json'])) as KubernetesObject }
    }
  }

  append(change: Change, objectJson: string): void {
    const { resource, namespace, name } = change.key
    try {
      this.#begin.run()
      if (change.type === 'DELETED') this.#remove.run(resource, namespace, name)
      else this.#put.run(resource, namespace, name, objectJson)
      this.#setRevision.run(change.revision)
      this.#commit.run()
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#refusedBytes = objectJson.length
      throw new JournalError(error)
    }
    this.#changes += 1
    if (this.#changes % changesBetweenLooks === 0) this.#giveBackPages()
  }

  probe(): void {
    try {
      if (this.#refusedBytes > 0) this.#fill.run(this.#refusedBytes)
      this.#fill.run(0)
      this.#refusedBytes = 0
    } catch (error) {
      throw new JournalError(error)
    }
  }

  /** What was deleted leaves free pages; half of them go each time, because more will be written. */
  #giveBackPages(): void {
    const free = pragma(this.#database, 'freelist_count')
    if (free < freePagesMin) return
    try {
      this.#database.exec(`PRAGMA incremental_vacuum(${free >> 1})`)
    } catch {
      // The change is durable all the same, and the pages can be given back another time.
    }
  }

  /** Of the database and of what has not been copied into it. */
  get bytes(): number {
    return sizeOf(this.#path) + sizeOf(`${this.#path}-wal`)
  }

  close(): void {
    this.#database.close()
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
