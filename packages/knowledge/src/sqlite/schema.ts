import { DatabaseSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'
import { application } from './file-application.ts'

/** Files of another version are made anew: everything in them can be read again. */
const version = 4

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
  CREATE TABLE members (
    key TEXT NOT NULL,
    type TEXT NOT NULL,
    value ANY NOT NULL,
    document INTEGER NOT NULL,
    PRIMARY KEY (key, type, value, document)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX members_of_documents ON members (document);
  CREATE TABLE passages (
    number INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    url TEXT,
    headings TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX passages_of_documents ON passages (document);
  CREATE VIRTUAL TABLE words USING fts5 (
    title, headings, text, content='',
    tokenize="unicode61 remove_diacritics 0 tokenchars '._'"
  );
`

/**
 * Opens the file of an index, and creates it where it is missing; not its folder. One of another owner is
 * made anew: what it has is not this one's to find.
 */
export function openIndexFile(path: string, owner = ''): DatabaseSync {
  const database = new DatabaseSync(path, { allowExtension: true, timeout: 2000 })
  try {
    database.loadExtension(getLoadablePath())
    database.enableLoadExtension(false)
    refuseOthers(database, path)
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = NORMAL')
    database.exec('PRAGMA cache_size = -65536')
    database.exec('PRAGMA mmap_size = 1073741824')
    const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (found > version) {
      throw new Error(`${path} was written by a newer version: use that, or delete the file`)
    }
    if (found < version || ownerOf(database) !== owner) {
      database.exec(
        `BEGIN; ${dropAll(database)} ${tables} PRAGMA application_id = ${application}; PRAGMA user_version = ${version}; COMMIT`,
      )
      database.prepare("INSERT INTO settings (name, value) VALUES ('owner', ?)").run(owner)
    }
    database.exec("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'row')")
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function ownerOf(database: DatabaseSync): string | undefined {
  const row = database.prepare("SELECT value FROM settings WHERE name = 'owner'").get()
  return row === undefined ? undefined : String(row['value'])
}

/** A file of another use, such as that of conversations, must not be written to. */
function refuseOthers(database: DatabaseSync, path: string): void {
  const id = Number(database.prepare('PRAGMA application_id').get()?.['application_id'])
  const tablesOf = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'])
  if (tablesOf === 0 || id === application) return
  throw new Error(`${path} is the database of something else: name another file`)
}

function dropAll(database: DatabaseSync): string {
  const rows = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
    .all()
  const virtual = rows.filter(({ sql }) => String(sql).startsWith('CREATE VIRTUAL'))
  // Those of virtual tables go with these.
  const isShadow = (name: string) =>
    virtual.some((one) => name.startsWith(`${String(one['name'])}_`))
  return rows
    .map(({ name }) => String(name))
    .filter((name) => !isShadow(name) && !name.startsWith('sqlite_'))
    .map((name) => `DROP TABLE "${name}";`)
    .join(' ')
}
