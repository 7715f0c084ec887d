import { DatabaseSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'

/** Files of another version are made anew: everything in them can be read again. */
const version = 1

const tables = `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE documents (
    number INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    title TEXT,
    url TEXT,
    metadata TEXT NOT NULL,
    passages INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    UNIQUE (source, id)
  ) STRICT;
  CREATE TABLE passages (
    number INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    url TEXT,
    headings TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX passages_of_documents ON passages (document);
  CREATE VIRTUAL TABLE words USING fts5 (
    title, headings, text, content='', contentless_delete=1,
    tokenize="unicode61 remove_diacritics 0 tokenchars '._'"
  );
`

/** Opens the file of an index, and creates it where it is missing; not its folder. */
export function openIndexFile(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { allowExtension: true, timeout: 2000 })
  try {
    database.loadExtension(getLoadablePath())
    database.enableLoadExtension(false)
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = NORMAL')
    database.exec('PRAGMA cache_size = -65536')
    database.exec('PRAGMA mmap_size = 1073741824')
    const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (found > version) {
      throw new Error(`${path} was written by a newer version: use that, or delete the file`)
    }
    if (found < version) {
      database.exec(`BEGIN; ${tables} PRAGMA user_version = ${version}; COMMIT`)
    }
    database.exec("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'row')")
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
