import type { AskPostgres, PostgresPool } from './postgres-pool.ts'

interface PostgresSchema {
  /** Its name: lower-case letters, digits and `_`. */
  readonly schema: string
  /** The table that has its version; others may have theirs in the same schema. */
  readonly versionTable: string
  /** Entry n migrates from version n to n + 1. */
  readonly migrations: readonly string[]
}

const oldestServer = 140_000

/**
 * Creates or migrates the schema to the version that this code reads, whole or not at all; of several
 * replicas that start at once, one does. Rejects for a schema of a newer version, and for a server or a
 * database that does not serve.
 */
export async function migratePostgres(
  pool: PostgresPool,
  described: PostgresSchema,
): Promise<void> {
  const { migrations, schema, versionTable } = described
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
  const isThere = await hasVersion(asking, described)
  if (isThere && (await versionOf(asking, described)) === migrations.length) return
  await pool.transaction(async (ask) => {
    await ask(`SET LOCAL lock_timeout = '30s'`)
    await ask(`SELECT pg_advisory_xact_lock(hashtext('fairlead ${schema}'))`)
    if (!(await hasVersion(ask, described))) {
      // Asked first, because the permission to create schemas is needed even for one that is there.
      const there = await ask(`SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`)
      if (there.length === 0) await ask(`CREATE SCHEMA "${schema}"`)
      await ask(`CREATE TABLE fairlead.${versionTable} (version integer NOT NULL)`)
    }
    const version = await versionOf(ask, described)
    for (const migration of migrations.slice(version)) await ask(migration)
    await ask(`DELETE FROM fairlead.${versionTable}`)
    await ask(`INSERT INTO fairlead.${versionTable} (version) VALUES (${migrations.length})`)
  })
}

/** Looked up in the catalogue, which shows what another transaction has just committed. */
async function hasVersion(
  ask: AskPostgres,
  { schema, versionTable }: PostgresSchema,
): Promise<boolean> {
  const there = await ask(
    `SELECT 1 FROM pg_tables WHERE schemaname = '${schema}' AND tablename = '${versionTable}'`,
  )
  return there.length > 0
}

async function versionOf(
  ask: AskPostgres,
  { migrations, versionTable }: PostgresSchema,
): Promise<number> {
  const [row] = await ask(`SELECT version FROM fairlead.${versionTable}`)
  const version = Number(row?.['version'] ?? 0)
  if (version <= migrations.length) return version
  throw new Error(
    `the schema has version ${version}, but this program supports up to ${migrations.length}: start a newer program`,
  )
}
