import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

import { parseJson } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change } from './change.ts'
import type { Journal, JournalState } from './journal.ts'

const schema = `
  CREATE TABLE IF NOT EXISTS object (
    resource TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (resource, namespace, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS store (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
  INSERT OR IGNORE INTO store (id, revision) VALUES (1, 1);
`

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

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Before SQLite creates it: the WAL file inherits the file's mode, and both hold Secrets.
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
    this.#database = open(path)
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?)')
    this.#remove = this.#database.prepare(
      'DELETE FROM object WHERE resource = ? AND namespace = ? AND name = ?',
    )
    this.#setRevision = this.#database.prepare('UPDATE store SET revision = ? WHERE id = 1')
    this.#begin = this.#database.prepare('BEGIN')
    this.#commit = this.#database.prepare('COMMIT')
  }

  load(): JournalState {
    const store = this.#database.prepare('SELECT revision FROM store WHERE id = 1').get()
    const rows = this.#database.prepare('SELECT resource, namespace, name, json FROM object').all()
    return {
      revision: Number(store?.['revision']),
      objects: rows.map((row) => ({
        key: {
          resource: String(row['resource']),
          namespace: String(row['namespace']),
          name: String(row['name']),
        },
        object: parseJson(String(row['json'])) as KubernetesObject,
      })),
    }
  }

  append(change: Change, objectJson: string): void {
    const { resource, namespace, name } = change.key
    this.#begin.run()
    try {
      if (change.type === 'DELETED') this.#remove.run(resource, namespace, name)
      else this.#put.run(resource, namespace, name, objectJson)
      this.#setRevision.run(change.revision)
      this.#commit.run()
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
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

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = NORMAL')
    database.exec(schema)
    return database
  } catch (error) {
    database.close()
    throw new Error(
      `cannot open ${path}: ${error instanceof Error ? error.message : String(error)}. ` +
        'If another server uses this data directory, stop it or choose another directory.',
      { cause: error },
    )
  }
}
