import { changeFunctions } from './change-functions.ts'
import { erasureFunctions } from './erasure-functions.ts'
import { memberFunctions } from './member-functions.ts'
import { ownedResponses } from './owned-responses.ts'
import type { PostgresPool } from './postgres-pool.ts'
import { readingFunctions } from './reading-functions.ts'
import { recordFunctions } from './record-functions.ts'
import { responseFunctions } from './response-functions.ts'
import { tables } from './tables.ts'
import { unsampledTexts } from './unsampled-texts.ts'

/**
 * Entry n migrates a schema from version n to n + 1; existing entries are never changed. While replicas
 * are replaced one by one, those of the version before go on: a migration adds, and a function that
 * would no longer serve them gets another name.
 */
const migrations: readonly string[] = [
  [
    tables,
    memberFunctions,
    changeFunctions,
    readingFunctions,
    responseFunctions,
    recordFunctions,
  ].join('\n'),
  ownedResponses,
  erasureFunctions,
  unsampledTexts,
]

/**
 * The oldest version whose programs may go on, and be started, on the schema that this one makes: the one
 * before which a migration has changed what their functions and tables mean.
 */
const oldestServed = 3

const oldestServer = 140_000

/**
 * Creates or migrates the schema to the version that this code reads, whole or not at all; of several
 * replicas that start at once, one does. A schema of a newer version is used as it is, if it serves
 * programs of this one. Rejects for one that does not, and for a server or a database that does not serve.
 */
export async function migrate(pool: PostgresPool, schema: string): Promise<void> {
  const [server] = await pool.ask(
    `SELECT current_setting('server_version_num')::integer AS version,
       current_setting('server_version') AS named, current_setting('server_encoding') AS encoding`,
  )
  if (Number(server?.['version']) < oldestServer) {
    throw new Error(`the server has version ${String(server?.['named'])}: use 14 or newer`)
  }
  if (server?.['encoding'] !== 'UTF8') {
    throw new Error(
      `the database has the encoding ${String(server?.['encoding'])}: create it with ENCODING 'UTF8'`,
    )
  }
  const asking: Ask = (text) => pool.ask(text)
  if ((await hasTable(asking, schema)) && !(await mustMigrate(asking))) return
  await pool.transaction(async (ask) => {
    await ask(`SET LOCAL lock_timeout = '30s'`)
    await ask(`SELECT pg_advisory_xact_lock(hashtext('fairlead ${schema}'))`)
    if (!(await hasTable(ask, schema))) {
      // Asked first, because the permission to create schemas is needed even for one that is there.
      const there = await ask(`SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`)
      if (there.length === 0) await ask(`CREATE SCHEMA "${schema}"`)
      await ask('CREATE TABLE fairlead.schema_version (version integer NOT NULL)')
    }
    // Another replica may have done it by now.
    if (!(await mustMigrate(ask))) return
    await ask('ALTER TABLE fairlead.schema_version ADD COLUMN IF NOT EXISTS serves_from integer')
    const { version } = await versionOf(ask)
    for (const migration of migrations.slice(version)) await ask(migration)
    await ask('DELETE FROM fairlead.schema_version')
    await ask(
      `INSERT INTO fairlead.schema_version (version, serves_from)
       VALUES (${migrations.length}, ${oldestServed})`,
    )
  })
}

type Ask = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** Looked up in the catalogue, which shows what another transaction has just committed. */
async function hasTable(ask: Ask, schema: string): Promise<boolean> {
  const there = await ask(
    `SELECT 1 FROM pg_tables WHERE schemaname = '${schema}' AND tablename = 'schema_version'`,
  )
  return there.length > 0
}

/** Whether the schema is older. Throws for a newer one that does not serve this program. */
async function mustMigrate(ask: Ask): Promise<boolean> {
  const { version, servesFrom } = await versionOf(ask)
  if (version <= migrations.length) return version < migrations.length
  if (servesFrom <= migrations.length) return false
  throw new Error(
    `the schema has version ${version}, but this program supports up to ${migrations.length}: start a newer program`,
  )
}

/** The version of the schema, and the oldest one whose programs it serves. */
async function versionOf(ask: Ask) {
  // Read whole: a schema of an earlier version does not say whom it serves.
  const [row] = await ask('SELECT * FROM fairlead.schema_version')
  const version = Number(row?.['version'] ?? 0)
  return { version, servesFrom: Number(row?.['serves_from'] ?? version) }
}
