import { DatabaseSync } from 'node:sqlite'

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
  CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY CHECK (id = 1), filling BLOB NOT NULL);
`

/**
 * The version of the file, in its `user_version`; files of before have 0 and the same tables. A later
 * version that this one can read and write as well keeps the number.
 */
const fileVersion = 1
/** What is left of the write-ahead log after its content has been copied into the database. */
const logBytesMax = 8 * 1024 * 1024
/** A file of before is made anew at its opening when more than this is free in it. */
const freePagesMax = 4096

/**
 * Opens the database of a server, and makes it if need be. It gives freed pages back when told to
 * (`PRAGMA incremental_vacuum`).
 * @throws when another server uses it, it was written by a later version, or is no database
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    // Before anything is changed in it.
    const version = pragma(database, 'user_version')
    if (version > fileVersion) throw new LaterVersionError()
    database.exec('PRAGMA auto_vacuum = INCREMENTAL')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    database.exec(`PRAGMA journal_size_limit = ${logBytesMax}`)
    database.exec(schema)
    if (version < fileVersion) database.exec(`PRAGMA user_version = ${fileVersion}`)
    const isOfBefore = pragma(database, 'auto_vacuum') === 0
    // Only a database that is made anew can take on another way of freeing pages.
    if (isOfBefore && pragma(database, 'freelist_count') > freePagesMax) database.exec('VACUUM')
    return database
  } catch (error) {
    database.close()
    const problem = error instanceof Error ? error.message : String(error)
    const advice =
      error instanceof LaterVersionError
        ? 'Use that version, or choose another directory.'
        : 'If another server uses this data directory, stop it or choose another directory.'
    throw new Error(`cannot open ${path}: ${problem}. ${advice}`, { cause: error })
  }
}

class LaterVersionError extends Error {
  constructor() {
    super('it was written by a later version of Fairlead')
  }
}

/** The value of a setting or a count that is a number. */
export function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}
