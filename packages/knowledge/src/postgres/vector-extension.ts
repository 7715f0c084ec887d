import type { PostgresPool } from '@fairlead/base'

/** From 0.8 on, a search with a filter goes on until it has found enough. */
const oldest = [0, 8] as const

/**
 * The schema of the extension pgvector, which is made where the server has it and the user may. Rejects
 * where there is none, with what to do about it.
 */
export async function vectorSchema(pool: PostgresPool): Promise<string> {
  const [known] = await pool.ask(installed)
  const made = known ?? (await create(pool))
  const version = String(made['version'])
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new Error(
      `the extension pgvector has version ${version}, and modes Vector and Hybrid need ${oldest.join('.')} or newer: update it (ALTER EXTENSION vector UPDATE), or use mode BM25`,
    )
  }
  return String(made['schema'])
}

const installed = `SELECT e.extversion AS version, n.nspname AS schema
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'`

async function create(pool: PostgresPool) {
  const available = await pool.ask(`SELECT 1 FROM pg_available_extensions WHERE name = 'vector'`)
  if (available.length === 0) {
    throw new Error(
      'the server has no extension pgvector, which modes Vector and Hybrid need: install it, or use mode BM25',
    )
  }
  try {
    await pool.ask('CREATE EXTENSION IF NOT EXISTS vector')
  } catch (error) {
    // Another replica may have made it at the same time.
    const [there] = await pool.ask(installed)
    if (there !== undefined) return there
    throw new Error(
      'the extension pgvector, which modes Vector and Hybrid need, could not be made: run CREATE EXTENSION vector in the database as a superuser, or use mode BM25',
      { cause: error },
    )
  }
  const [there] = await pool.ask(installed)
  if (there === undefined) throw new Error('the extension pgvector was not made')
  return there
}
