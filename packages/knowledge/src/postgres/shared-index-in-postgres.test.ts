import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@fairlead/base'
import { type PostgresServer, startPostgresServer } from '@fairlead/base/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axis, byWords, documentOf } from '../test-support/indexed-documents.ts'
import {
  leaveOtherPostgresIndexes,
  leavePostgresIndex,
  openPostgresIndex,
} from './open-postgres-index.ts'

let server: PostgresServer
let client: Client
let bases = 0
beforeAll(async () => {
  server = await startPostgresServer()
  client = new Client({ connectionString: server.url })
  await client.connect()
}, 60_000)
afterAll(async () => {
  await client.end()
  await server[Symbol.asyncDispose]()
})

type Options = Parameters<typeof openPostgresIndex>[0]
const open = (name: string, change: Partial<Options> = {}) =>
  openPostgresIndex({
    url: server.url,
    name,
    model: null,
    bytesMax: 1e9,
    clock: systemClock,
    ...change,
  })
const newName = () => `base-${bases++}`

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error('it was not refused')
  expect(error.message).not.toContain(server.password)

  return error.message
}

describe('an index that processes share', () => {
  it('is made by one of those that open it at once, and is there for all', async () => {
    const name = newName()
    const all = await Promise.all(Array.from({ length: 5 }, () => open(name, { model: 'toy' })))
    await all[0]?.put(documentOf('a', ['apples']))
    for (const index of all)
      expect(await index.search({ ...byWords, text: 'apple' })).toHaveLength(1)
    await Promise.all(all.map((index) => index.close()))
  })

  it('is refreshed by one of them, and by another when that one is closed or gone', async () => {
    const name = newName()
    const [one, other] = [await open(name), await open(name)]
    expect(await one.shared?.mayRefresh()).toBe(true)
    expect(await one.shared?.mayRefresh()).toBe(true)
    expect(await other.shared?.mayRefresh()).toBe(false)
    await one.put(documentOf('a', ['apples']))
    expect(await refusal(other.put(documentOf('b', ['pears'])))).toContain(
      'another process refreshes',
    )
    expect(await refusal(other.remove('handbook', ['a']))).toContain('another process refreshes')
    expect(await other.search({ ...byWords, text: 'apples' })).toHaveLength(1)
    // As if it had been silent for long.
    await client.query(
      "UPDATE fairlead.knowledge_bases SET refreshes_until = '-infinity' WHERE name = $1",
      [name],
    )
    expect(await other.shared?.mayRefresh()).toBe(true)
    expect(await one.shared?.mayRefresh()).toBe(false)
    await other.close()
    expect(await one.shared?.mayRefresh()).toBe(true)
    await one.close()
  })

  it('has nothing of another base, nor of another schema', async () => {
    const bytesMax = 1e9
    const [one, other, elsewhere] = [
      await open(newName(), { bytesMax }),
      await open(newName()),
      await open('base-0', { schema: 'elsewhere' }),
    ]
    await one.put(documentOf('a', ['apples']))
    for (const index of [other, elsewhere]) {
      expect(await index.search({ ...byWords, text: 'apples' })).toEqual([])
      expect(await index.figures()).toEqual(new Map())
    }
    await Promise.all([one, other, elsewhere].map((index) => index.close()))
  })

  it('has vectors of one model: whoever opens it with another has none until documents are put again', async () => {
    const name = newName()
    const passages = [{ text: 'feline', headings: [], url: null, vector: axis(0) }]
    const first = await open(name, { model: 'one' })
    await first.put(documentOf('cats', [], { passages }))
    const query = { ...byWords, mode: 'Vector', text: '', vector: axis(0) } as const
    expect(await first.search(query)).toHaveLength(1)
    const other = await open(name, { model: 'two' })
    expect(await other.search(query)).toEqual([])
    expect(await other.digests('handbook')).toEqual(new Map([['cats', 'digest of cats']]))
    expect(await refusal(first.search(query))).toContain('another model')
    expect(await refusal(first.put(documentOf('b', ['x'])))).toContain('another model')
    expect(await first.search({ ...byWords, text: 'feline' })).toHaveLength(1)
    await Promise.all([first.close(), other.close()])
  })

  it('shows no passage that its document does not let through, whatever its tables say', async () => {
    const name = newName()
    const index = await open(name, { model: 'toy' })
    const ofTeam = (team: string) => {
      const passages = [{ text: `${team} pays`, headings: [], url: null, vector: axis(0) }]
      return documentOf(team, [], { metadata: { team }, passages })
    }
    await index.put(ofTeam('a'))
    await index.put(ofTeam('b'))
    const { rows } = await client.query<{ number: number }>(
      'SELECT number FROM fairlead.knowledge_bases WHERE name = $1',
      [name],
    )
    const tables = `fairlead.knowledge_${rows[0]?.number}`
    for (const table of ['vectors', 'postings'])
      await client.query(
        `UPDATE ${tables}_${table} SET document = (SELECT number FROM ${tables}_documents WHERE id = 'a')`,
      )
    const filter = { type: 'eq', key: 'team', value: 'a' } as const
    for (const mode of ['BM25', 'Vector', 'Hybrid'] as const) {
      const query = { ...byWords, mode, text: 'pays', vector: axis(0), filter }
      expect(await index.search(query)).toMatchObject([{ document: 'a' }])
    }
    await index.close()
  })

  it('forgets the words that a document alone had, and looks at no others', async () => {
    const name = newName()
    const index = await open(name)
    const { rows } = await client.query<{ number: number }>(
      'SELECT number FROM fairlead.knowledge_bases WHERE name = $1',
      [name],
    )
    const words = `fairlead.knowledge_${rows[0]?.number}_words`
    const count = async (where: string) =>
      (await client.query(`SELECT 1 FROM ${words} WHERE ${where}`)).rowCount
    await index.put(documentOf('a', ['apples pears plums'], { title: null }))
    await index.put(documentOf('b', ['apples'], { title: null }))
    // Of no passage: whoever looks through the whole table finds it.
    await client.query(`INSERT INTO ${words} (word, passages) VALUES (1, 0)`)
    await index.put(documentOf('a', ['apples cherries'], { title: null, digest: 'new' }))
    expect(await count('passages = 2')).toBe(1)
    expect(await count('passages = 1')).toBe(1)
    expect(await count('passages = 0')).toBe(1)
    await index.remove('handbook', ['a', 'b'])
    expect(await count('word <> 1')).toBe(0)
    await index.close()
  })

  it('that nobody needs is removed a day later, unless it is opened', async () => {
    const [gone, kept] = [newName(), newName()]
    for (const name of [gone, kept]) {
      const index = await open(name, { model: 'toy' })
      const passages = [{ text: 'apples', headings: [], url: null, vector: axis(0) }]
      await index.put(documentOf('a', [], { passages }))
      await index.close()
      await leavePostgresIndex({ url: server.url, name, clock: systemClock })
    }
    await (await open(kept, { model: 'toy' })).close()
    await client.query(
      "UPDATE fairlead.knowledge_bases SET unused_since = unused_since - interval '25 hours'",
    )
    await (await open(newName())).close()
    for (const [name, count] of [
      [gone, 0],
      [kept, 1],
    ] as const) {
      const index = await open(name, { model: 'toy' })
      expect(await index.search({ ...byWords, text: 'apples' })).toHaveLength(count)
      await index.close()
    }
  })

  it('that another process refreshes is not removed, whoever has left it and however long ago', async () => {
    const [name, early] = [newName(), newName()]
    const isThere = async (one: string) => {
      const { rows } = await client.query<{ unused: boolean }>(
        'SELECT unused_since IS NOT NULL AS unused FROM fairlead.knowledge_bases WHERE name = $1',
        [one],
      )
      return rows.map(({ unused }) => unused)
    }
    const leftLongAgo = (one: string) =>
      client.query(
        "UPDATE fairlead.knowledge_bases SET unused_since = now() - interval '25 hours' WHERE name = $1",
        [one],
      )
    const one = await open(name)
    await one.shared?.mayRefresh()
    await leavePostgresIndex({ url: server.url, name, clock: systemClock })
    expect(await isThere(name)).toEqual([false])
    // As if it was left before anybody refreshed it.
    await leftLongAgo(name)
    await (await open(early)).close()
    expect(await isThere(name)).toEqual([true])
    await one.shared?.mayRefresh()
    expect(await isThere(name)).toEqual([false])
    await one.close()
    await leavePostgresIndex({ url: server.url, name, clock: systemClock })
    expect(await isThere(name)).toEqual([true])
    await leftLongAgo(name)
    await (await open(early)).close()
    expect(await isThere(name)).toEqual([])
  })

  it('that is not among those that are named is left, and removed a day later', async () => {
    const schema = 'swept'
    const names = ['named', 'used', 'gone'] as const
    const [named, used, gone] = await Promise.all(names.map((name) => open(name, { schema })))
    await used?.shared?.mayRefresh()
    await named?.close()
    await gone?.close()
    const sweep = () =>
      leaveOtherPostgresIndexes({ url: server.url, schema, names: ['named'], clock: systemClock })
    const unused = async () => {
      const { rows } = await client.query<{ name: string; unused: boolean }>(
        'SELECT name, unused_since IS NOT NULL AS unused FROM swept.knowledge_bases ORDER BY name',
      )
      return Object.fromEntries(rows.map((row) => [row.name, row.unused]))
    }
    await sweep()
    expect(await unused()).toEqual({ gone: true, named: false, used: false })
    await client.query(
      "UPDATE swept.knowledge_bases SET unused_since = now() - interval '23 hours' WHERE name = 'gone'",
    )
    await sweep()
    expect(await unused()).toEqual({ gone: true, named: false, used: false })
    await client.query(
      "UPDATE swept.knowledge_bases SET unused_since = now() - interval '25 hours' WHERE name = 'gone'",
    )
    await sweep()
    expect(await unused()).toEqual({ named: false, used: false })
    const { rows } = await client.query(
      "SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = 'swept' AND tablename LIKE '%_documents'",
    )
    expect(rows).toEqual([{ count: 2 }])
    await used?.close()
  })

  it('whose process was killed is left when nobody has refreshed it for ten minutes', async () => {
    const name = newName()
    await (await open(name)).close()
    const since = async (time: string) => {
      await client.query(
        `UPDATE fairlead.knowledge_bases SET refresher = gen_random_uuid(), refreshes_until = now() - interval '${time}'
         WHERE name = $1`,
        [name],
      )
      await leavePostgresIndex({ url: server.url, name, clock: systemClock })
      const { rowCount } = await client.query(
        'SELECT 1 FROM fairlead.knowledge_bases WHERE name = $1 AND unused_since IS NOT NULL',
        [name],
      )
      return rowCount
    }
    expect(await since('9 minutes')).toBe(0)
    expect(await since('11 minutes')).toBe(1)
  })

  it(
    'is as it was before when the process that refreshes it is killed',
    { timeout: 60_000 },
    async () => {
      const name = newName()
      const folder = mkdtempSync(join(tmpdir(), 'knowledge-'))
      const program = join(import.meta.dirname, 'open-postgres-index.ts')
      writeFileSync(join(folder, 'writer.mjs'), writer)
      const index = await open(name)
      for (let round = 0; round < 3; round++) {
        const child = spawn(
          process.execPath,
          ['--conditions=source', join(folder, 'writer.mjs'), program, server.url, name],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        )
        let said = ''
        for await (const part of child.stdout) {
          said += String(part)
          if (said.split('\n').length > 10 + round * 5) child.kill('SIGKILL')
        }
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
        const digests = await index.digests('handbook')
        for (const digest of digests.values()) {
          const found = await index.search({ ...byWords, text: digest, topK: 100 })
          expect(found.filter(({ text }) => text.startsWith(`${digest} `))).toHaveLength(20)
        }
        expect((await index.figures()).get('handbook')).toMatchObject({
          documents: digests.size,
          passages: 20 * digests.size,
        })
        // Its sessions may live on for a moment; the lease ends by itself.
        await client.query(
          "UPDATE fairlead.knowledge_bases SET refreshes_until = '-infinity' WHERE name = $1",
          [name],
        )
      }
      expect(await index.put(documentOf('own', ['own']))).toBe('stored')
      await index.close()
      rmSync(folder, { recursive: true })
    },
  )
})

/** Writes document after document, says each on its output, and never ends by itself. */
const writer = `
  const { openPostgresIndex } = await import(process.argv[2])
  const clock = { monotonicMs: () => performance.now(), setTimer: (ms, run) => { const timer = setTimeout(run, ms); return { cancel: () => clearTimeout(timer) } } }
  const index = await openPostgresIndex({ url: process.argv[3], name: process.argv[4], model: null, bytesMax: 1e9, clock })
  await index.shared.mayRefresh()
  for (let at = 0; ; at++) {
    const digest = 'v' + at
    const passages = Array.from({ length: 20 }, (_, one) => ({ text: digest + ' passage ' + one + ' common', headings: [], url: null }))
    await index.put({ source: 'handbook', id: 'd' + (at % 10), digest, title: null, url: null, metadata: {}, passages })
    process.stdout.write(digest + '\\n')
  }
`

describe('a server that cannot be used', () => {
  const url = (change: Partial<Pick<URL, 'password' | 'port' | 'search' | 'pathname'>>) =>
    Object.assign(new URL(server.url), change).href

  it.each([
    ['a wrong password', () => ({ url: url({ password: 'open-sesame' }) }), 'password of user'],
    ['nobody at the address', () => ({ url: url({ port: '1' }) }), 'no server answers'],
    ['a server without TLS', () => ({ url: url({ search: 'sslmode=require' }) }), 'has no TLS'],
    ['a database that is not there', () => ({ url: url({ pathname: '/none' }) }), 'no database'],
    ['what is no URL', () => ({ url: 'secret-of-mine' }), 'must be like postgres://'],
    ['an impossible schema', () => ({ schema: 'a"b' }), 'lower-case letters'],
  ])('is said: %s', async (_, change, message) => {
    const said = await refusal(open('x', change()))
    expect(said).toContain(message)
    expect(said).not.toMatch(/open-sesame|secret-of-mine/)
  })

  it('is said where pgvector is missing and may not be made, and words are found all the same', async () => {
    await client.query('CREATE DATABASE plain')
    await client.query("CREATE ROLE plain LOGIN PASSWORD 'plain-secret'")
    await client.query('GRANT CREATE ON DATABASE plain TO plain')
    const plain = url({ pathname: '/plain' }).replace(/\/\/.*@/, () => '//plain:plain-secret@')
    const said = await refusal(open('x', { url: plain, model: 'toy' }))
    expect(said).toContain('run CREATE EXTENSION vector in the database as a superuser')
    expect(said).not.toContain('plain-secret')
    const index = await open('x', { url: plain })
    await index.put(documentOf('a', ['apples']))
    expect(await index.search({ ...byWords, text: 'apples' })).toHaveLength(1)
    await index.close()
  })

  it('costs a search its deadline, and nothing whoever gives up', { timeout: 60_000 }, async () => {
    const name = newName()
    const index = await open(name, { deadlineMs: 300 })
    await client.query('BEGIN; LOCK TABLE fairlead.knowledge_bases IN ACCESS EXCLUSIVE MODE')
    try {
      expect(await refusal(index.search({ ...byWords, text: 'x' }))).toContain('within 300 ms')
      const stop = new AbortController()
      const searching = index.search({ ...byWords, text: 'x', signal: stop.signal })
      stop.abort(new Error('enough'))
      expect(await refusal(searching)).toBe('enough')
    } finally {
      await client.query('ROLLBACK')
    }
    expect(await index.search({ ...byWords, text: 'x' })).toEqual([])
    await index.close()
  })
})
