import type { ConnectionOptions } from 'node:tls'
import { Client } from 'pg'
import { abortReason } from '@fairlead/base'
import type { DocumentSource } from './document-source.ts'
import { contentDigest } from '../document-digest.ts'
import { rowChange, type TextRow } from './row-change.ts'

interface PostgresSourceOptions {
  readonly name: string
  readonly connection: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
    readonly database: string
    /** TLS options, or none without TLS. */
    readonly ssl: ConnectionOptions | undefined
    /** Whether a server that has no TLS is spoken to without. No by default. */
    readonly mayBePlain?: boolean
  }
  /**
   * Returns the columns id and body, and may return title, url, updated_at and deleted; others become
   * metadata. Where it has `$1`, that is the last updated_at that was seen, and only what is later is
   * asked for: `where updated_at > $1`.
   */
  readonly query: string
  /** How long each step of it may take; 60 s by default. */
  readonly statementTimeoutMs?: number
  /** Of so many refreshes by `$1`, one reads all rows and so finds what is gone; 24 by default. */
  readonly fullEvery?: number
}

/** Rows that are in memory at once. */
const rowsAtOnce = 20

/** Before every time that there is. */
const beginning = '-infinity'

/** Rows of a query are documents of Markdown. They are read in a transaction that cannot write. */
export function postgresSource(options: PostgresSourceOptions): DocumentSource {
  const { fullEvery = 24, name, query } = options
  const isIncremental = /\$1(?!\d)/.test(query)
  let last = beginning
  let refreshes = 0
  /** What the last refresh that came to its end gave, which may not all have been indexed. */
  let given = new Map<string, string>()
  /** Until a whole reading has come to its end. */
  let mustReadAll = false
  return {
    name,
    async *refresh(known, signal) {
      mustReadAll ||= [...given].some(([id, digest]) => known.get(id) !== digest)
      const isFull = !isIncremental || mustReadAll || refreshes % fullEvery === 0
      const since = isFull ? beginning : last
      let latest = since
      const seen = new Set<string>()
      const giving = new Map<string, string>()
      for await (const row of rowsOf(options, isIncremental ? [since] : [], signal)) {
        latest = later(row.values['updated_at'], latest)
        const change = rowChange(row, seen)
        if (change?.type === 'document')
          giving.set(change.document.id, contentDigest(change.document))
        if (change !== undefined) yield change
      }
      if (!isFull) {
        for (const id of known.keys()) if (!seen.has(id)) yield { type: 'unchanged', id }
      }
      // Only what was read to its end is not asked for again.
      last = latest
      given = giving
      if (isFull) mustReadAll = false
      refreshes += 1
    },
  }
}

/** Times of one notation and time zone are in the order of their texts. */
function later(time: string | null | undefined, than: string): string {
  if (time === null || time === undefined) return than
  return than === beginning || time > than ? time : than
}

async function* rowsOf(
  { connection, query, statementTimeoutMs = 60_000 }: PostgresSourceOptions,
  parameters: readonly string[],
  signal: AbortSignal,
): AsyncIterable<TextRow> {
  if (signal.aborted) throw abortReason(signal)
  let client = clientOf(connection, connection.ssl, statementTimeoutMs)
  const stop = () => void client.end().catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    await client.connect().catch(async (error: unknown) => {
      const hasNoTls =
        error instanceof Error && error.message.includes('does not support SSL connections')
      if (!hasNoTls || connection.mayBePlain !== true) throw error
      client = clientOf(connection, undefined, statementTimeoutMs)
      await client.connect()
    })
    await client.query('BEGIN READ ONLY')
    await client.query(`SET LOCAL statement_timeout = ${Math.ceil(statementTimeoutMs)}`)
    await client.query("SET LOCAL TimeZone = 'UTC'")
    await client.query("SET LOCAL DateStyle = 'ISO'")
    // By the extended protocol, which takes one statement only.
    const text = `DECLARE documents NO SCROLL CURSOR FOR ${query.trim().replace(/;\s*$/, '')}`
    await client.query({ text, values: [...parameters], queryMode: 'extended' } as { text: string })
    for (;;) {
      const { fields, rows } = await client.query<TextRow['values']>(
        `FETCH ${rowsAtOnce} FROM documents`,
      )
      const types = new Map(fields.map((field) => [field.name, field.dataTypeID]))
      for (const values of rows) yield { values, types }
      if (rows.length < rowsAtOnce) return
    }
  } catch (error) {
    throw signal.aborted ? abortReason(signal) : error
  } finally {
    signal.removeEventListener('abort', stop)
    await client.end().catch(() => undefined)
  }
}

function clientOf(
  { database, host, password, port, user }: PostgresSourceOptions['connection'],
  ssl: ConnectionOptions | undefined,
  statementTimeoutMs: number,
): Client {
  const client = new Client({
    database,
    host,
    password,
    port,
    user,
    ...(ssl === undefined ? {} : { ssl }),
    application_name: 'fairlead',
    connectionTimeoutMillis: 10_000,
    query_timeout: statementTimeoutMs + 5000,
    // Values are texts: nothing is lost of numbers and times.
    types: { getTypeParser: () => (value: string) => value },
  })
  // Whoever waits for an answer is told of a lost connection.
  client.on('error', () => undefined)
  return client
}
