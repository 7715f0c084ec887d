import { type PostgresServer, startPostgresServer } from '@fairlead/base/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contentDigest } from '../document-digest.ts'
import type { DocumentSource, SourceChange } from './document-source.ts'
import { postgresSource } from './postgres-source.ts'

let server: PostgresServer
let client: Client

beforeAll(async () => {
  server = await startPostgresServer()
  client = new Client({ connectionString: server.url })
  await client.connect()
}, 60_000)

afterAll(async () => {
  await client.end()
  await server[Symbol.asyncDispose]()
})

function source(query: string, more: { fullEvery?: number; statementTimeoutMs?: number } = {}) {
  const connection = {
    host: '127.0.0.1',
    port: server.port,
    user: 'postgres',
    password: server.password,
    database: 'postgres',
    ssl: undefined,
  }
  return postgresSource({ name: 'rows', connection, query, ...more })
}

async function changes(
  from: DocumentSource,
  known: ReadonlyMap<string, string> = new Map(),
  signal = new AbortController().signal,
) {
  const all: SourceChange[] = []
  for await (const change of from.refresh(known, signal)) all.push(change)
  return all
}

const ids = (all: readonly SourceChange[], type: SourceChange['type']) =>
  all.flatMap((change) =>
    change.type !== type ? [] : [change.type === 'document' ? change.document.id : change.id],
  )

const digests = (all: readonly SourceChange[]) =>
  new Map(
    all.flatMap((change) =>
      change.type === 'document'
        ? [[change.document.id, contentDigest(change.document)] as const]
        : [],
    ),
  )

test('a row is a document, and its other columns are metadata of their types', async () => {
  const query =
    "select 7::bigint as id, E'# T\\n\\nBody' as body, 'Title' as title, 'https://x.example/7' as url, now() as updated_at, 12.5::numeric as price, true as open, 'hr' as department, null as nothing;"
  const [change] = await changes(source(query))
  expect(change).toMatchObject({
    type: 'document',
    document: {
      id: '7',
      title: 'Title',
      url: 'https://x.example/7',
      metadata: { price: 12.5, open: true, department: 'hr' },
    },
  })
  expect(change?.type === 'document' && Object.keys(change.document.metadata)).toEqual([
    'price',
    'open',
    'department',
  ])
})

test('by $1 only later rows are read, deleted ones are gone, and a full reading finds what is missing', async () => {
  await client.query(
    'create table tickets (id int primary key, body text, updated_at timestamptz default clock_timestamp(), deleted boolean default false)',
  )
  await client.query(
    "insert into tickets (id, body) select n, 'ticket ' || n from generate_series(1, 50) n",
  )
  const tickets = source(
    'select id, body, updated_at, deleted from tickets where updated_at > $1',
    { fullEvery: 3 },
  )
  const first = await changes(tickets)
  expect(ids(first, 'document')).toHaveLength(50)
  const known = digests(first)
  await client.query(
    "update tickets set body = 'changed', updated_at = clock_timestamp() where id = 3",
  )
  await client.query(
    'update tickets set deleted = true, updated_at = clock_timestamp() where id = 4',
  )
  await client.query('delete from tickets where id = 5')
  const second = await changes(tickets, known)
  expect(ids(second, 'document')).toEqual(['3'])
  expect(ids(second, 'unchanged')).toHaveLength(48)
  expect(ids(second, 'unchanged')).not.toContain('4')
  // The row that changed was not indexed: it is read again.
  expect(ids(await changes(tickets, known), 'document')).toContain('3')
  const full = await changes(tickets, new Map([...known, ...digests(second)]))
  expect(ids(full, 'document')).not.toContain('5')
})

test('a query cannot write, run for ever or be several', async () => {
  await client.query('create table kept (id int)')
  await expect(
    changes(
      source("with x as (insert into kept values (1) returning id) select id, '' as body from x"),
    ),
  ).rejects.toThrow()
  await expect(changes(source("select 1 as id, 'x' as body; drop table kept"))).rejects.toThrow(
    'multiple commands',
  )
  await expect(
    changes(source('select pg_sleep(60), 1 as id, 2 as body', { statementTimeoutMs: 200 })),
  ).rejects.toThrow('statement timeout')
  expect((await client.query('select * from kept')).rows).toEqual([])
})

test('a reading stops at once, and leaves no session', async () => {
  const stop = new AbortController()
  const reading = changes(source('select pg_sleep(60), 1 as id, 2 as body'), new Map(), stop.signal)
  const sessions = async () => {
    const { rows } = await client.query<{ count: string }>(
      "select count(*) from pg_stat_activity where application_name = 'fairlead' and query like 'FETCH%'",
    )
    return rows[0]?.count
  }
  await expect.poll(sessions).toBe('1')
  stop.abort(new Error('stopped'))
  await expect(reading).rejects.toThrow('stopped')
})

test('columns that are missing, ids that are twice there and a server that is not are said', async () => {
  await expect(changes(source('select 1 as id'))).rejects.toThrow('columns id and body')
  expect(
    await changes(source("select 1 as id, 'x' as body from generate_series(1, 2)")),
  ).toMatchObject([{ type: 'document' }, { type: 'failed', id: '1' }])
  const connection = {
    host: '127.0.0.1',
    port: 1,
    user: 'postgres',
    password: 'very-secret',
    database: 'x',
    ssl: undefined,
  }
  const failure = await changes(
    postgresSource({ name: 'rows', connection, query: 'select 1' }),
  ).catch(String)
  expect(failure).toContain('ECONNREFUSED')
  expect(failure).not.toContain('very-secret')
})
