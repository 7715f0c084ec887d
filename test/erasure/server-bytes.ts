import { Redis } from 'ioredis'
import pg from 'pg'

/** What a server has, by the place where it stands; every key or row, whatever it is of. */
type KeptBytes = AsyncGenerator<readonly [place: string, bytes: Buffer]>

/** All keys of a Redis server with their values, as it would write them into its file. */
export async function* bytesInRedis(url: string): KeptBytes {
  const redis = new Redis(url)
  try {
    await redis.config('SET', 'rdbcompression', 'no')
    for (const key of await redis.keysBuffer('*')) {
      const value = await redis.dumpBuffer(key)
      // It may be gone by now.
      if (value !== null) yield [key.toString(), Buffer.concat([key, value])]
    }
  } finally {
    redis.disconnect()
  }
}

/** All rows of all tables of a PostgreSQL server that are not its own. */
export async function* bytesInPostgres(url: string): KeptBytes {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    )
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)
      for (const { row } of rows) yield [name, Buffer.from(row)]
    }
  } finally {
    await client.end()
  }
}

/** The places whose bytes have a text. */
export async function placesWith(text: string | RegExp, kept: KeptBytes): Promise<string[]> {
  const places: string[] = []
  for await (const [place, bytes] of kept) {
    const has =
      typeof text === 'string' ? bytes.includes(text) : text.test(bytes.toString('latin1'))
    if (has) places.push(place)
  }
  return places
}
