import { silentLogger, systemClock } from '@fairlead/base'
import { type PostgresServer, startPostgresServer } from '@fairlead/base/testing'
import type { KnowledgeBaseSettings, Snapshot } from '@fairlead/snapshot'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { indexTypes } from './index-types.ts'
import { KnowledgeOwner } from './knowledge-owner.ts'

let server: PostgresServer
let client: Client
const owners: Replica[] = []
beforeAll(async () => {
  server = await startPostgresServer()
  client = new Client({ connectionString: server.url })
  await client.connect()
}, 60_000)
afterEach(async () => {
  for (const replica of owners.splice(0)) await replica.owner.close()
})
afterAll(async () => {
  await client.end()
  await server[Symbol.asyncDispose]()
})

interface Replica {
  readonly owner: KnowledgeOwner
  /** How often it has read its ConfigMap. */
  reads: number
  url: string
  secretChanged: () => void
  configMapChanged: () => void
}

let text = '# Leave\n\nThere are 25 days.'

function base(name: string): KnowledgeBaseSettings {
  return {
    namespace: 'default',
    name,
    generation: 1,
    sources: [
      { type: 'ConfigMap', name: 'texts', configMap: { namespace: 'default', name: 'texts' } },
    ],
    retriever: undefined,
    chunking: { maxTokens: 400, overlapTokens: 40, splitOn: 'Headings' },
    index: { mode: 'BM25', embeddingModel: undefined },
    store: {
      type: 'Postgres',
      url: { namespace: 'default', name: 'pg', key: 'url' },
      schema: 'fairlead',
    },
    rerank: undefined,
    access: { groups: ['*'], filter: undefined },
  }
}

/** A replica that serves one base. */
function start(name: string, url = server.url): Replica {
  const snapshot = {
    gateway: { allowPrivateNetworks: true },
    knowledgeBases: new Map([[`default/${name}`, base(name)]]),
  } as unknown as Snapshot
  const replica: { -readonly [K in keyof Replica]: Replica[K] | undefined } = {
    owner: undefined,
    reads: 0,
    url,
    secretChanged: () => {},
    configMapChanged: () => {},
  }
  const secrets = {
    get: () => replica.url,
    subscribe: (listener: () => void) => {
      replica.secretChanged = listener
      return () => {}
    },
  }
  replica.owner = new KnowledgeOwner({
    snapshots: { current: () => snapshot, subscribe: () => () => {} },
    secrets,
    configMaps: {
      data: () => {
        replica.reads = (replica.reads ?? 0) + 1
        return { 'leave.md': text }
      },
      subscribe: (listener) => {
        replica.configMapChanged = listener
        return () => {}
      },
    },
    fetcher: {
      fetchWith: () => () => Promise.reject(new Error('nothing is fetched')),
    },
    indexes: indexTypes({
      dataDir: '/nowhere',
      secrets,
      clock: systemClock,
      logger: silentLogger,
    }),
    clock: systemClock,
    random: () => 0.5,
    logger: silentLogger,
  })
  owners.push(replica as Replica)
  return replica as Replica
}

const ready = (replica: Replica, name: string) =>
  vi.waitFor(
    () => expect(replica.owner.report(`default/${name}`)).toMatchObject({ ready: true }),
    10_000,
  )
const found = async ({ owner }: Replica, name: string, words: string) =>
  (await owner.search(`default/${name}`, { text: words, mode: 'BM25', topK: 5 })).map(
    (passage) => passage.text,
  )

it('is shared by replicas, of which one reads the sources and all find what it has read', async () => {
  const one = start('shared')
  await ready(one, 'shared')
  const other = start('shared')
  await ready(other, 'shared')
  expect(await found(other, 'shared', 'days')).toEqual(['There are 25 days.'])
  expect([one.reads > 0, other.reads]).toEqual([true, 0])
  expect(other.owner.report('default/shared')?.sources).toMatchObject([
    { name: 'texts', documents: 1, passages: 1, failures: 0 },
  ])
  text = '# Leave\n\nThere are 30 days.'
  one.configMapChanged()
  await vi.waitFor(
    async () => expect(await found(other, 'shared', 'days')).toEqual(['There are 30 days.']),
    10_000,
  )
  // The other takes over, and finds what there is.
  await one.owner.close()
  other.configMapChanged()
  await vi.waitFor(() => expect(other.reads).toBeGreaterThan(0), 10_000)
})

it('moves with its Secret, and serves on while the Secret has a URL that cannot be used', async () => {
  await client.query("CREATE ROLE reader LOGIN SUPERUSER PASSWORD 'first'")
  const url = (password: string) => server.url.replace(/\/\/.*@/, () => `//reader:${password}@`)
  const replica = start('moving', url('first'))
  await ready(replica, 'moving')
  replica.url = url('wrong')
  replica.secretChanged()
  expect(await found(replica, 'moving', 'days')).toHaveLength(1)
  await client.query("ALTER ROLE reader PASSWORD 'second'")
  replica.url = url('second')
  replica.secretChanged()
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'",
  )
  // Connections are made anew, with the password that holds.
  await vi.waitFor(
    async () => expect(await found(replica, 'moving', 'days')).toHaveLength(1),
    10_000,
  )
})

it('is read anew where its Secret leads to another database, and says so until it is', async () => {
  await client.query('CREATE DATABASE elsewhere')
  const replica = start('led')
  await ready(replica, 'led')
  replica.url = server.url.replace(/\/[^/]*$/, '/elsewhere')
  replica.secretChanged()
  const there = new Client({ connectionString: replica.url })
  await there.connect()
  await vi.waitFor(async () => {
    // What it finds is never nothing.
    const texts = await found(replica, 'led', 'days').catch(String)
    if (typeof texts === 'string') expect(texts).toContain('none of its sources has been read yet')
    else expect(texts).toHaveLength(1)
    const { rows } = await there.query(
      "SELECT 1 FROM fairlead.knowledge_bases WHERE name = 'default/led' AND passages = 1",
    )
    expect(rows).toHaveLength(1)
  }, 10_000)
  await there.end()
  await ready(replica, 'led')
  expect(await found(replica, 'led', 'days')).toHaveLength(1)
})

it('is left an hour later at most where its base went while nothing ran', async () => {
  const replica = start('gone')
  await ready(replica, 'gone')
  await replica.owner.close()
  const secrets = { get: () => server.url, subscribe: () => () => {} }
  const parts = { dataDir: '/nowhere', secrets, clock: systemClock, logger: silentLogger }
  await indexTypes(parts).Postgres.removeOthers([base('shared')])
  const { rows } = await client.query(
    "SELECT name, unused_since IS NOT NULL AS unused FROM fairlead.knowledge_bases WHERE name IN ('default/gone', 'default/shared') ORDER BY name",
  )
  expect(rows).toEqual([
    { name: 'default/gone', unused: true },
    { name: 'default/shared', unused: false },
  ])
})

it('says why its server cannot be used, and nothing of the URL', async () => {
  const replica = start('refused', server.url.replace(server.password, 'open-sesame'))
  await vi.waitFor(() => {
    const { message = '' } = replica.owner.report('default/refused') ?? {}
    expect(message).toContain('password of user "postgres" is wrong')
    expect(message).not.toContain('open-sesame')
  }, 10_000)
  await expect(found(replica, 'refused', 'days')).rejects.toThrow('password of user')
})
