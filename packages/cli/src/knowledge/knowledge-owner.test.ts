import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { DocumentFetch, FetchedDocument } from '@fairlead/knowledge'
import type { KnowledgeBaseSettings, Snapshot } from '@fairlead/snapshot'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ConfigMapData } from '../config-source/config-map-source.ts'
import type { KnowledgeNews } from '../worker-messages/knowledge-messages.ts'
import { type IndexTypes, indexTypes } from './index-types.ts'
import { KnowledgeOwner } from './knowledge-owner.ts'

let dataDir: string
let clock: FakeClock
let configMaps: Record<string, ConfigMapData | undefined>
let answers: Record<string, () => Promise<Partial<FetchedDocument>>>
let configMapsChanged: () => void
let owner: KnowledgeOwner
let snapshot: Snapshot | undefined
let snapshotChanged: () => void

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-data-'))
  clock = new FakeClock()
  configMaps = { texts: { 'leave.md': '# Leave\n\nThere are 25 days.' } }
  answers = {}
  snapshot = undefined
  change = (indexes) => indexes
})
afterEach(async () => {
  await owner.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const fetch: DocumentFetch = async (url) => ({
  status: 200,
  header: (name) => (name === 'content-type' ? 'text/markdown' : undefined),
  body: Buffer.from(''),
  ...(await answers[url.pathname]?.()),
})

const secrets = { get: () => undefined, subscribe: () => () => {} }

/** How indexes are otherwise than they are. */
let change: (indexes: IndexTypes) => IndexTypes

function start(...bases: readonly KnowledgeBaseSettings[]): void {
  serve(...bases)
  owner = new KnowledgeOwner({
    snapshots: {
      current: () => snapshot,
      subscribe: (listener) => {
        snapshotChanged = listener
        return () => {}
      },
    },
    secrets,
    configMaps: {
      data: ({ name }) => configMaps[name],
      subscribe: (listener) => {
        configMapsChanged = listener
        return () => {}
      },
    },
    fetcher: { fetchWith: () => fetch },
    indexes: change(indexTypes({ dataDir, secrets, clock, logger: silentLogger })),
    clock,
    random: () => 0.5,
    logger: silentLogger,
  })
}

function serve(...bases: readonly KnowledgeBaseSettings[]): void {
  const knowledgeBases = new Map(bases.map((base) => [`${base.namespace}/${base.name}`, base]))
  snapshot = { gateway: { allowPrivateNetworks: true }, knowledgeBases } as unknown as Snapshot
}

function reserve(...bases: readonly KnowledgeBaseSettings[]): void {
  serve(...bases)
  snapshotChanged()
}

const texts = {
  type: 'ConfigMap',
  name: 'texts',
  configMap: { namespace: 'default', name: 'texts' },
} as const
const site = (...paths: readonly string[]) =>
  ({
    type: 'HTTP',
    name: 'site',
    urls: paths.map((path) => `https://docs.test${path}`),
    refreshMs: 3_600_000,
  }) as const

const base = (
  name: string,
  sources: KnowledgeBaseSettings['sources'],
  parts: Partial<KnowledgeBaseSettings> = {},
): KnowledgeBaseSettings => ({
  namespace: 'default',
  name,
  generation: 1,
  sources,
  retriever: undefined,
  chunking: { maxTokens: 400, overlapTokens: 40, splitOn: 'Headings' },
  index: { mode: 'BM25', embeddingModel: undefined },
  store: { type: 'SQLite', path: `knowledge/${name}.db` },
  rerank: undefined,
  access: { groups: ['*'], filter: undefined },
  ...parts,
})

const hybrid = (embeddingModel: string) => ({ index: { mode: 'Hybrid', embeddingModel } }) as const

async function found(name: string, text: string, mode: 'BM25' | 'Vector' | 'Hybrid' = 'BM25') {
  const query = { text, mode, topK: 10, vector: Float32Array.of(1, 0) }
  const passages = await owner.search(`default/${name}`, query)
  return passages.map(({ document }) => document).toSorted()
}

/** Machines may be busy. */
const eventually = (check: () => unknown) => vi.waitFor(check, 10_000)

const ready = (name: string) =>
  eventually(() => expect(owner.report(`default/${name}`)).toMatchObject({ ready: true }))

/** A worker that makes vectors, unless it is told not to. */
function worker(makes: (model: string) => boolean) {
  const asked: string[][] = []
  const member = owner.connect((news: KnowledgeNews) => {
    if (news.kind !== 'vectors-wanted') return
    const { model, question, texts: wanted } = news
    asked.push([...wanted])
    const vectors = wanted.map(() => Float32Array.of(1, 0))
    const request = makes(model)
      ? ({ kind: 'vectors', question, vectors } as const)
      : ({ kind: 'no-vectors', question, problem: `${model} is away` } as const)
    queueMicrotask(() => member.receive(request))
  })
  return { asked, left: () => member.left() }
}

it('follows sources, bases and ConfigMaps at once', async () => {
  answers['/travel'] = async () => ({ body: Buffer.from('Trains before planes.') })
  start(base('kb', [texts]))
  await ready('kb')
  expect(await found('kb', 'days')).toEqual(['leave.md'])
  configMaps['texts'] = { 'leave.md': 'Leave is 31 weeks.', 'pay.md': 'Paid monthly.' }
  configMapsChanged()
  await eventually(async () => expect(await found('kb', 'weeks monthly')).toHaveLength(2))
  expect(await found('kb', 'days')).toEqual([])

  reserve(base('kb', [texts, site('/travel')], { generation: 2 }), base('other', [site('/travel')]))
  await ready('other')
  await eventually(async () => {
    expect(await found('kb', 'trains')).toEqual(['https://docs.test/travel'])
  })
  expect(owner.report('default/kb')).toMatchObject({ generation: 2 })

  reserve(base('kb', [site('/travel')]))
  await eventually(async () => expect(await found('kb', 'weeks')).toEqual([]))
  await expect(found('other', 'trains')).rejects.toThrow('not in the configuration')
})

it('removes the index of a base that does not come back, and reads nothing anew of one that does', async () => {
  let readings = 0
  answers['/a'] = async () => {
    readings += 1
    return { body: Buffer.from('Apples.'), header: () => 'text/plain' }
  }
  const path = join(dataDir, 'knowledge/kb.db')
  start(base('kb', [site('/a')]))
  await ready('kb')
  reserve()
  reserve(base('kb', [site('/a')]))
  expect(await found('kb', 'apples')).toHaveLength(1)
  reserve()
  await eventually(() => expect(existsSync(`${path}-wal`)).toBe(false))
  expect(existsSync(path)).toBe(true)
  await clock.advance(10 * 60_000)
  await eventually(() => expect(existsSync(path)).toBe(false))
  expect(readings).toBeLessThanOrEqual(2)
})

it('says why nothing can be searched, and tries again', async () => {
  answers['/a'] = () => Promise.reject(new Error('docs.test did not answer'))
  start(
    base('kb', [site('/a')]),
    base('twin', [texts], { store: { type: 'SQLite', path: './x/../knowledge/kb.db' } }),
  )
  await eventually(() => {
    const sources = [{ failures: 1, problems: ['https://docs.test/a: docs.test did not answer'] }]
    expect(owner.report('default/kb')).toMatchObject({ ready: false, sources })
  })
  await expect(found('kb', 'x')).rejects.toThrow(
    'none of its sources has been read yet; source site',
  )
  // One of them has come first; nobody shares its file.
  await expect(found('twin', 'x')).rejects.toThrow('is the file of KnowledgeBase default/kb')
  answers['/a'] = async () => ({ body: Buffer.from('Apples.') })
  await clock.timerOf(10_000)
  await clock.advance(10_000)
  await ready('kb')
  expect(await found('kb', 'apples')).toHaveLength(1)
})

it('leaves nothing open of an index that it could not begin with', async () => {
  const url = 'no address at all'
  const unreadable = { type: 'HTTP', name: 'site', urls: [url], refreshMs: 1000 } as const
  start(base('kb', [unreadable]))
  const problem = () => expect(owner.report('default/kb')?.message).toContain('Invalid URL')
  await eventually(problem)
  await clock.timerOf(5_000)
  await clock.advance(5_000)
  await clock.timerOf(10_000)
  problem()
  reserve(base('kb', [texts]))
  await ready('kb')
})

it('looks every hour for what bases have left that went while nothing ran', async () => {
  const kept: string[][] = []
  change = (indexes) => ({
    ...indexes,
    Postgres: {
      ...indexes.Postgres,
      async removeOthers(bases) {
        kept.push(bases.map(({ name }) => name))
      },
    },
  })
  start(base('kb', [texts]))
  await clock.timerOf(600_000)
  await clock.advance(600_000)
  expect(kept).toEqual([[]])
  for (const hours of [2, 3]) {
    await clock.timerOf(3_600_000)
    await clock.advance(3_600_000)
    expect(kept).toHaveLength(hours)
  }
})

it('opens an index anew that has ended', async () => {
  const ends: (() => void)[] = []
  change = (indexes) => ({
    ...indexes,
    SQLite: {
      ...indexes.SQLite,
      async open(...parameters) {
        const index = await indexes.SQLite.open(...parameters)
        const ended = Promise.withResolvers<void>()
        ends.push(ended.resolve)
        return { ...index, ended: Promise.race([ended.promise, index.ended]) }
      },
    },
  })
  start(base('kb', [texts]))
  await ready('kb')
  ends[0]?.()
  await eventually(() =>
    expect(owner.report('default/kb')).toMatchObject({
      ready: false,
      message: 'its index ended unexpectedly, and is opened again',
    }),
  )
  await clock.timerOf(5_000)
  await clock.advance(5_000)
  await ready('kb')
  expect(await found('kb', 'days')).toEqual(['leave.md'])
  expect(ends).toHaveLength(2)
})

it('closes everything, even where an index cannot be closed', async () => {
  const closed: string[] = []
  change = (indexes) => ({
    ...indexes,
    SQLite: {
      ...indexes.SQLite,
      async open(settings, moved) {
        const index = await indexes.SQLite.open(settings, moved)
        return {
          ...index,
          async close() {
            await index.close()
            closed.push(settings.name)
            if (settings.name === 'broken') throw new Error('it cannot be closed')
          },
        }
      },
    },
  })
  start(base('broken', [texts]), base('whole', [texts]))
  await ready('broken')
  await ready('whole')
  await owner.close()
  expect(closed.toSorted()).toEqual(['broken', 'whole'])
})

it('has workers make vectors, and searches by words until another model has made all of them', async () => {
  start(base('kb', [texts], hybrid('one')))
  let away: string | undefined
  const first = worker((model) => model !== away)
  await ready('kb')
  expect(first.asked).toEqual([['Leave\nLeave\nThere are 25 days.']])
  expect(await found('kb', 'nothing of it', 'Vector')).toEqual(['leave.md'])

  away = 'two'
  reserve(base('kb', [texts], { ...hybrid('two'), generation: 2 }))
  await eventually(() => {
    const sources = [{ documents: 1, problems: ['leave.md: two is away'] }]
    expect(owner.report('default/kb')).toMatchObject({ ready: false, generation: 2, sources })
  })
  expect(await found('kb', 'days', 'Vector')).toEqual(['leave.md'])
  expect(await found('kb', 'nothing of it', 'Vector')).toEqual([])
  away = undefined
  await clock.timerOf(10_000)
  await clock.advance(10_000)
  await ready('kb')
  expect(await found('kb', 'nothing of it', 'Vector')).toEqual(['leave.md'])
})

it('asks another worker when one is gone', async () => {
  start(base('kb', [texts], hybrid('one')))
  const wanted = Promise.withResolvers<void>()
  const silent = owner.connect(() => wanted.resolve())
  await wanted.promise
  silent.left()
  worker(() => true)
  await ready('kb')
})

it('answers no search that its worker waits for no longer', async () => {
  start(base('handbook', [texts]))
  await ready('handbook')
  const news: unknown[] = []
  const member = owner.connect((one) => news.push([one.kind, 'question' in one && one.question]))
  const query = { text: 'days', mode: 'BM25', topK: 10 } as const
  for (const question of [1, 2, 3]) {
    member.receive({ kind: 'search', question, base: 'default/handbook', query })
  }
  member.receive({ kind: 'cancel', question: 2 })
  await eventually(() => expect(news).toHaveLength(2))
  expect(news).toEqual([
    ['found', 1],
    ['found', 3],
  ])
  member.receive({ kind: 'search', question: 4, base: 'default/handbook', query })
  member.left()
  expect(await found('handbook', 'days')).toEqual(['leave.md'])
  expect(news).toHaveLength(2)
})

it('tells of changes, but not of every refresh', async () => {
  start(base('kb', [site('/a')]))
  let changes = 0
  owner.onReportChange(() => (changes += 1))
  await ready('kb')
  const before = changes
  await clock.timerOf(3_600_000)
  await clock.advance(3_600_000)
  await clock.timerOf(3_600_000)
  expect(changes).toBe(before)
  expect(owner.reports()[0]?.sources?.[0]?.lastRefreshMs).toBe(clock.now())
})
