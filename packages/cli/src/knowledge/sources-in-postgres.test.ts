import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@fairlead/base'
import { type PostgresServer, startPostgresServer } from '@fairlead/base/testing'
import type { KnowledgeBaseSettings, Snapshot } from '@fairlead/snapshot'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { KnowledgeOwner } from './knowledge-owner.ts'
import { sqliteIndexes } from './sqlite-indexes.ts'

let server: PostgresServer
let client: Client
const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-data-'))

beforeAll(async () => {
  server = await startPostgresServer()
  client = new Client({ connectionString: server.url })
  await client.connect()
}, 60_000)
afterAll(async () => {
  await client.end()
  await server[Symbol.asyncDispose]()
  rmSync(dataDir, { recursive: true, force: true })
})

const base: KnowledgeBaseSettings = {
  namespace: 'default',
  name: 'kb',
  generation: 1,
  sources: [
    {
      type: 'Postgres',
      name: 'rows',
      url: { namespace: 'default', name: 'pg', key: 'url' },
      query: 'select id, body, department from articles',
      refreshMs: 3_600_000,
    },
  ],
  retriever: undefined,
  chunking: { maxTokens: 400, overlapTokens: 40, splitOn: 'Headings' },
  index: { mode: 'BM25', embeddingModel: undefined },
  store: { type: 'SQLite', path: 'kb.db' },
  rerank: undefined,
  access: { groups: ['*'], filter: undefined },
}

it('rows are read with the URL of a Secret, and at once with another one', async () => {
  await client.query('create table articles (id int, body text, department text)')
  await client.query("insert into articles values (1, 'Apples for all', 'it')")
  await client.query("create role reader login password 'second-secret'")
  await client.query('grant select on articles to reader')
  let url = server.url.replace(/:[^:@/]+@/, ':wrong-secret@')
  let secretsChanged = () => {}
  const snapshot = {
    gateway: { allowPrivateNetworks: false },
    knowledgeBases: new Map([['default/kb', base]]),
  } as unknown as Snapshot
  const owner = new KnowledgeOwner({
    snapshots: { current: () => snapshot, subscribe: () => () => {} },
    secrets: {
      get: ({ name, key }) => (name === 'pg' && key === 'url' ? url : undefined),
      subscribe: (listener) => {
        secretsChanged = listener
        return () => {}
      },
    },
    configMaps: { data: () => undefined, subscribe: () => () => {} },
    indexes: { SQLite: sqliteIndexes(dataDir), Postgres: sqliteIndexes(dataDir) },
    fetcher: { fetchWith: () => () => Promise.reject(new Error('nothing is got')) },
    clock: systemClock,
    random: () => 0.5,
    logger: silentLogger,
  })
  const found = (department: string) =>
    owner.search('default/kb', {
      text: 'apples',
      mode: 'BM25',
      topK: 5,
      filter: { type: 'eq', key: 'department', value: department },
    })
  const sources = () => owner.report('default/kb')?.sources
  try {
    await vi.waitFor(() => expect(sources()?.[0]?.lastProblem).toContain('password'), 10_000)
    expect(JSON.stringify(owner.reports())).not.toContain('secret')
    url = server.url
    secretsChanged()
    await vi.waitFor(async () => expect(await found('it')).toHaveLength(1), 10_000)
    expect(await found('hr')).toHaveLength(0)

    await client.query("update articles set department = 'hr'")
    const at = new URL(server.url)
    url = `postgres://reader:second-secret@${at.host}/postgres`
    secretsChanged()
    await vi.waitFor(async () => expect(await found('hr')).toHaveLength(1), 10_000)
    expect(await found('it')).toHaveLength(0)
  } finally {
    await owner.close()
  }
}, 60_000)
