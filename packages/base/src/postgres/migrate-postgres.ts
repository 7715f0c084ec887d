import type { AskPostgres, PostgresPool } from './postgres-pool.ts'

interface PostgresSchema {
  /** Its name: lower-case letters, digits and `_`. */
  readonly schema: string
  /** The table that has its version; others may have theirs in the same schema. */
  readonly versionTable: string
  /** Entry n migrates from version n to n + 1. */
  readonly migrations: readonly string[]
  /**
   * The oldest version whose programs may go on, and be started, on the schema that this one makes: the
   * one before which a migration has changed what their functions and tables mean.
   */
  readonly oldestServed: number
}

const oldestServer = 140_000

/**
 * Creates or migrates the schema to the version that this code reads, whole or not at all; of several
 * replicas that start at once, one does. A schema of a newer version is used as it is, if it serves
 * programs of this one. Rejects for one that does not, and for a server or a database that does not serve.
 */
export async function migratePostgres(
  pool: PostgresPool,
  described: PostgresSchema,
): Promise<void> {
  const { migrations, oldestServed, schema, versionTable } = described
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
  const asking: AskPostgres = (text) => pool.ask(text)
  if ((await hasTable(asking, described)) && !(await mustMigrate(asking, described))) return
  await pool.transaction(async (ask) => {
    await ask(`SET LOCAL lock_timeout = '30s'`)
    await ask(`SELECT pg_advisory_xact_lock(hashtext('fairlead ${schema}'))`)
    if (!(await hasTable(ask, described))) {
      // Asked first, because the permission to create schemas is needed even for one that is there.
      const there = await ask(`SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`)
      if (there.length === 0) await ask(`CREATE SCHEMA "${schema}"`)
      await ask(`CREATE TABLE fairlead.${versionTable} (version integer NOT NULL)`)
    }
    // Another replica may have done it by now.
    if (!(await mustMigrate(ask, described))) return
    await ask(`ALTER TABLE fairlead.${versionTable} ADD COLUMN IF NOT EXISTS serves_from integer`)
    const { version } = await versionOf(ask, described)
    for (const migration of migrations.slice(version)) await ask(migration)
    await ask(`DELETE FROM fairlead.${versionTable}`)
    await ask(
      `INSERT INTO fairlead.${versionTable} (version, serves_from)
       VALUES (${migrations.length}, ${oldestServed})`,
    )
  })
}

/** Looked up in the catalogue, which shows what another transaction has just committed. */
async function hasTable(
  ask: AskPostgres,
  { schema, versionTable }: PostgresSchema,
): Promise<boolean> {
  const there = await ask(
    `SELECT 1 FROM pg_tables WHERE schemaname = '${schema}' AND tablename = '${versionTable}'`,
  )
  return there.length > 0
}

/** Whether the schema is older. Throws for a newer one that does not serve this program. */
async function mustMigrate(ask: AskPostgres, described: PostgresSchema): Promise<boolean> {
  const { migrations } = described
  const { version, servesFrom } = await versionOf(ask, described)
  if (version <= migrations.length) return version < migrations.length
  if (servesFrom <= migrations.length) return false
  throw new Error(
    `the schema has version ${version}, but this program supports up to ${migrations.length}: start a newer program`,
  )
}

/** The version of the schema, and the oldest one whose programs it serves. */
async function versionOf(ask: AskPostgres, { versionTable }: PostgresSchema) {
  // Read whole: a schema of an earlier version does not say whom it serves.
  const [row] = await ask(`SELECT * FROM fairlead.${versionTable}`)
  const version = Number(row?.['version'] ?? 0)
  return { version, servesFrom: Number(row?.['serves_from'] ?? version) }
}
