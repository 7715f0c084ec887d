import {
  type AskPostgres,
  type Clock,
  migratePostgres,
  postgresAddress,
  PostgresPool,
} from '@fairlead/base'
import type { KnowledgeIndex } from '../knowledge-index.ts'
import { BasePool } from './base-pool.ts'
import { baseTables, dropBase, knowledgeMigrations } from './base-tables.ts'
import { PostgresIndex } from './postgres-index.ts'
import { isLeft } from './refresh-lease.ts'
import { storedCharacters } from './stored-characters.ts'
import { vectorSchema } from './vector-extension.ts'

interface PostgresIndexOptions {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full`. Holds a secret. */
  readonly url: string
  /** Certificates, as PEM, of the authorities that are trusted; those of Node.js when left out. */
  readonly ca?: string | undefined
  /** Where the tables are; lower-case letters, digits and `_`. `fairlead` when left out. */
  readonly schema?: string | undefined
  /** Tells the bases of a schema apart: those who open the same share it. */
  readonly name: string
  /** Makes the vectors; null where only words are searched. With another one, there are none until documents are put again. */
  readonly model: string | null
  /** The most bytes of texts and metadata. */
  readonly bytesMax: number
  /** 4 when left out. */
  readonly maxConnections?: number | undefined
  /** How long a search may take, connecting included. 5000 when left out. */
  readonly deadlineMs?: number
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
}

const fields = { maxConnections: undefined, authorities: undefined }

/**
 * Opens the index of a knowledge base in PostgreSQL 14 or newer, which is made where it is missing, for
 * as many processes as share it. With a model it needs pgvector. Rejects when it cannot be opened, with
 * a message that says what to do and holds no password.
 */
export async function openPostgresIndex(options: PostgresIndexOptions): Promise<KnowledgeIndex> {
  const { bytesMax, clock, model } = options
  const pool = await openPool(options)
  try {
    const vectors = model === null ? undefined : await vectorSchema(pool)
    const number = await baseNumber(pool, options.name)
    await dropUnused(pool)
    const base = new BasePool(pool, number, vectors)
    await base.transaction((ask) => useModel(ask, number, model))
    return new PostgresIndex({ pool: base, model, bytesMax, clock })
  } catch (error) {
    await pool.close()
    throw error
  }
}

/**
 * Says that nobody needs the index of a base any more, unless another process refreshes it. Whoever opens
 * or refreshes it within a day keeps it; otherwise it is removed when the next index of the schema is
 * opened, or others are left.
 */
export async function leavePostgresIndex(
  options: Omit<PostgresIndexOptions, 'model' | 'bytesMax'>,
): Promise<void> {
  const pool = await openPool(options)
  try {
    await pool.ask(
      `UPDATE fairlead.knowledge_bases SET unused_since = clock_timestamp()
       WHERE name = $1 AND ${isLeft}`,
      [storedCharacters(options.name)],
    )
  } finally {
    await pool.close()
  }
}

/**
 * Says the same of all bases of a schema but those that are named, and removes what nobody has needed for
 * a day. A base whose processes have all been gone for a day is removed, too, whoever it belongs to: they
 * read its sources anew.
 */
export async function leaveOtherPostgresIndexes({
  names,
  ...options
}: Omit<PostgresIndexOptions, 'model' | 'bytesMax' | 'name'> & {
  readonly names: readonly string[]
}): Promise<void> {
  const pool = await openPool(options)
  try {
    await pool.ask(
      `UPDATE fairlead.knowledge_bases SET unused_since = clock_timestamp()
       WHERE unused_since IS NULL AND name <> ALL ($1::text[]) AND ${isLeft}`,
      [names.map(storedCharacters)],
    )
    await dropUnused(pool)
  } finally {
    await pool.close()
  }
}

async function openPool(
  options: Omit<PostgresIndexOptions, 'model' | 'bytesMax' | 'name'>,
): Promise<PostgresPool> {
  const { ca, clock, deadlineMs = 5000, maxConnections = 4, schema = 'fairlead', url } = options
  if (!/^[a-z_][a-z\d_]{0,62}$/.test(schema)) {
    throw new Error(`the schema "${schema}" must have lower-case letters, digits and "_" only`)
  }
  const address = postgresAddress(url, ca)
  const { default: driver } = await import('pg')
  const parts = { address, schema, maxConnections, deadlineMs, clock, fields }
  const pool = new PostgresPool(driver, parts)
  try {
    await migratePostgres(pool, {
      schema,
      versionTable: 'knowledge_version',
      migrations: knowledgeMigrations,
      oldestServed: 1,
    })
    return pool
  } catch (error) {
    await pool.close()
    throw error
  }
}

async function dropUnused(pool: PostgresPool): Promise<void> {
  await pool.transaction(async (ask) => {
    const rows = await ask(
      `DELETE FROM fairlead.knowledge_bases
       WHERE unused_since < clock_timestamp() - interval '1 day' AND ${isLeft} RETURNING number`,
    )
    for (const { number } of rows) {
      await ask(dropBase.replaceAll('base.', `fairlead.knowledge_${Number(number)}_`))
    }
  })
}

/** Of several processes that open a base at once, one makes its tables. */
async function baseNumber(pool: PostgresPool, given: string): Promise<number> {
  const name = storedCharacters(given)
  const numberOf = async (ask: AskPostgres) => {
    const [row] = await ask('SELECT number FROM fairlead.knowledge_bases WHERE name = $1', [name])
    return row === undefined ? undefined : Number(row['number'])
  }
  // One that was left is used again.
  await pool.ask('UPDATE fairlead.knowledge_bases SET unused_since = NULL WHERE name = $1', [name])
  const known = await numberOf((text, values) => pool.ask(text, values))
  if (known !== undefined) return known
  return pool.transaction(async (ask) => {
    await ask('LOCK TABLE fairlead.knowledge_bases IN SHARE ROW EXCLUSIVE MODE')
    const made = await numberOf(ask)
    if (made !== undefined) return made
    const [row] = await ask(
      'INSERT INTO fairlead.knowledge_bases (name) VALUES ($1) RETURNING number',
      [name],
    )
    const number = Number(row?.['number'])
    await ask(baseTables.replaceAll('base.', `fairlead.knowledge_${number}_`))
    return number
  })
}

/** What another model has made is worth nothing; words are found until documents are put again. */
async function useModel(ask: AskPostgres, number: number, model: string | null): Promise<void> {
  const [row] = await ask(
    'SELECT model, dimension FROM fairlead.knowledge_bases WHERE number = $1 FOR UPDATE',
    [number],
  )
  const wanted = model === null ? '' : storedCharacters(model)
  if (row?.['model'] === wanted) return
  if (typeof row?.['dimension'] === 'number') await ask('DROP TABLE base.vectors')
  await ask(
    `UPDATE fairlead.knowledge_bases SET model = $2, dimension = NULL, has_nearest = false
     WHERE number = $1`,
    [number, wanted],
  )
}
