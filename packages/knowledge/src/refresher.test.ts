import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Embedder } from '@fairlead/retrieval'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Cutter, openCutter } from './cutting/open-cutter.ts'
import type { KnowledgeIndex } from './knowledge-index.ts'
import { Refresher } from './refresher.ts'
import { configMapSource } from './sources/config-map-source.ts'
import type { DocumentSource } from './sources/document-source.ts'
import { openSqliteIndex } from './sqlite/open-sqlite-index.ts'

const chunking = { maxTokens: 200, overlapTokens: 20, splitOn: 'Headings' } as const
let folder: string
let index: KnowledgeIndex
let cutter: Cutter
let clock: FakeClock
const open: Refresher[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'knowledge-'))
  index = await openSqliteIndex({
    path: join(folder, 'index.db'),
    model: null,
    bytesMax: 10_000_000,
  })
  cutter = openCutter({ clock: systemClock })
  clock = new FakeClock()
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  await index.close()
  await cutter.close()
  rmSync(folder, { recursive: true })
})

function refresher(sources: readonly DocumentSource[], embedder?: Embedder) {
  const made = new Refresher({
    index,
    cutter,
    clock,
    chunking,
    embedder,
    logger: silentLogger,
    sources: sources.map((source) => ({ source, everyMs: 3_600_000 })),
  })
  open.push(made)
  return made
}

async function found(text: string) {
  const passages = await index.search({
    text,
    mode: 'BM25',
    topK: 10,
    signal: new AbortController().signal,
  })
  return passages.map(({ document }) => document).toSorted()
}

test('what has changed is indexed, what is gone is not found, and what is the same is not cut again', async () => {
  let data: Record<string, string> = {
    'a.md': '# Apples\n\nGreen apples.',
    'b.md': 'Ripe bananas.',
  }
  const made = refresher([configMapSource({ name: 'fruits', data: () => data })])
  await made.refresh()
  expect(await found('bananas apples')).toEqual(['a.md', 'b.md'])
  expect(made.figures()).toEqual([
    {
      name: 'fruits',
      documents: 2,
      passages: 2,
      bytes: expect.any(Number),
      failures: 0,
      problems: [],
      lastRefreshMs: clock.now(),
      lastSuccessMs: clock.now(),
      nextRefreshMs: clock.now() + 3_600_000,
      lastProblem: undefined,
    },
  ])
  data = { 'a.md': '# Apples\n\nGreen apples.', 'c.md': 'Sour cherries.' }
  const before = await index.digests('fruits')
  await made.refresh('fruits')
  expect(await found('bananas apples cherries')).toEqual(['a.md', 'c.md'])
  expect((await index.digests('fruits')).get('a.md')).toBe(before.get('a.md'))
})

test('one failure stops neither other documents nor other sources, and removes nothing', async () => {
  let isBroken = false
  const broken: DocumentSource = {
    name: 'broken',
    async *refresh() {
      yield await Promise.resolve({
        type: 'document',
        document: {
          id: 'kept',
          mediaType: 'text/plain',
          content: Buffer.from('Kept pears'),
          title: null,
          url: null,
          metadata: {},
        },
      } as const)
      if (isBroken) throw new Error('the server is away')
    },
  }
  const some = configMapSource({
    name: 'some',
    data: () => ({ 'bad.pdf': 'no PDF', 'good.txt': 'Good plums' }),
  })
  const made = refresher([broken, some])
  await made.refresh()
  isBroken = true
  await made.refresh()
  expect(await found('pears plums')).toEqual(['good.txt', 'kept'])
  expect(made.figures()).toMatchObject([
    { name: 'broken', documents: 1, failures: 0, lastProblem: 'the server is away' },
    {
      name: 'some',
      documents: 1,
      failures: 1,
      lastSuccessMs: undefined,
      lastProblem: 'bad.pdf: the PDF is damaged or needs a password',
    },
  ])
})

test('a source that fails is tried again after 10 and 20 seconds, and one that does not at its time', async () => {
  let count = 0
  const failing: DocumentSource = {
    name: 'failing',
    // A source that cannot even begin.
    refresh() {
      count += 1
      if (count < 3) throw new Error('away')
      return (async function* () {})()
    },
  }
  const made = refresher([failing])
  void made.start()
  await clock.timerOf(10_000)
  await clock.advance(10_000)
  await clock.timerOf(20_000)
  await clock.advance(20_000)
  await clock.timerOf(3_600_000)
  expect(count).toBe(3)
  expect(made.figures()[0]).toMatchObject({ lastProblem: undefined, lastSuccessMs: clock.now() })
})

test('sources that are no more are removed, and a refresh that is stopped leaves whole documents', async () => {
  const before = refresher([configMapSource({ name: 'old', data: () => ({ a: 'Old quinces' }) })])
  await before.refresh()
  await before.close()
  const started = Promise.withResolvers<void>()
  const hanging: DocumentSource = {
    name: 'hanging',
    async *refresh(_known, signal) {
      yield {
        type: 'document',
        document: {
          id: 'first',
          mediaType: 'text/plain',
          content: Buffer.from('New quinces'),
          title: null,
          url: null,
          metadata: {},
        },
      } as const
      started.resolve()
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('stopped'))),
      )
    },
  }
  const made = refresher([hanging])
  void made.start()
  await started.promise
  await made.close()
  expect(await found('quinces')).toEqual(['first'])
  expect(clock.pendingTimers).toBe(0)
})

test('only documents that have changed are embedded, and a model that is away stops a refresh early', async () => {
  const texts: string[] = []
  let isAway = false
  const embedder: Embedder = {
    model: 'm',
    embed(some) {
      texts.push(...some)
      return isAway
        ? Promise.reject(new Error('no model'))
        : Promise.resolve(some.map(() => Float32Array.of(1, 0)))
    },
  }
  const data: Record<string, string> = { 'a.md': '# Apples\n\nGreen.', 'b.md': 'Ripe.' }
  const made = refresher([configMapSource({ name: 'fruits', data: () => data })], embedder)
  await made.refresh()
  expect(texts).toEqual(['Apples\nApples\nGreen.', 'Ripe.'])
  data['b.md'] = 'Riper.'
  await made.refresh()
  expect(texts.slice(2)).toEqual(['Riper.'])
  isAway = true
  for (let at = 0; at < 50; at++) data[`${at}.md`] = `Fruit ${at}`
  await made.refresh()
  expect(texts.length).toBe(3 + 5)
  const lastProblem = '0.md: no model'
  expect(made.figures()[0]).toMatchObject({ documents: 2, failures: 50, lastProblem })
})

test('a document that cannot be indexed is found by nobody who might not, and stays for whom it was', async () => {
  let isAway = false
  const embedder: Embedder = {
    model: 'm',
    embed: (some) =>
      isAway
        ? Promise.reject(new Error('no model'))
        : Promise.resolve(some.map(() => Float32Array.of(1, 0))),
  }
  const texts: Record<string, readonly [text: string, group: string]> = {
    moved: ['Moved melons', 'all'],
    reworded: ['Green melons', 'all'],
    huge: ['Huge melons', 'all'],
  }
  const rows: DocumentSource = {
    name: 'rows',
    async *refresh() {
      await Promise.resolve()
      for (const [id, [text, group]] of Object.entries(texts)) {
        const metadata = { group }
        if (isAway && id === 'huge') {
          yield { type: 'failed', id, problem: 'it is too large', metadata }
          continue
        }
        const content = Buffer.from(text)
        const document = { id, mediaType: 'text/plain', content, title: null, url: null } as const
        yield { type: 'document', document: { ...document, metadata } }
      }
    },
  }
  const made = refresher([rows], embedder)
  await made.refresh()
  expect(await found('melons')).toEqual(['huge', 'moved', 'reworded'])
  isAway = true
  texts['moved'] = ['Moved melons', 'hr']
  texts['reworded'] = ['Ripe melons', 'all']
  texts['huge'] = ['Huge melons', 'hr']
  await made.refresh()
  expect(await found('melons')).toEqual(['reworded'])
  isAway = false
  await made.refresh()
  expect(await found('melons')).toEqual(['huge', 'moved', 'reworded'])
})

test('a source that is no more is removed at last, whatever kept that from being done at first', async () => {
  const data = () => ({ 'a.md': 'Sweet papayas.' })
  await refresher([configMapSource({ name: 'fruits', data })]).refresh()
  const whole = index
  let failures = 2
  let isAnothers = false
  index = {
    ...whole,
    removeSource: (name) =>
      failures-- > 0 ? Promise.reject(new Error('the disk is full')) : whole.removeSource(name),
    shared: {
      mayRefresh: async () => !isAnothers,
      tell: async () => {},
      told: async () => new Map(),
    },
  }
  const others = configMapSource({ name: 'others', data: () => ({ b: 'Dried dates' }) })
  await refresher([others]).start()
  expect(await found('papayas')).toEqual(['a.md'])
  await clock.timerOf(20_000)
  await clock.advance(20_000)
  await expect.poll(() => found('papayas')).toEqual([])

  // Of several processes, the one that goes on later does it.
  index = whole
  await refresher([configMapSource({ name: 'fruits', data })]).refresh()
  isAnothers = true
  failures = 0
  index = {
    ...whole,
    shared: {
      mayRefresh: async () => !isAnothers,
      tell: async () => {},
      told: async () => new Map(),
    },
  }
  const following = refresher([others])
  await following.start()
  await following.refresh()
  expect(await found('papayas')).toEqual(['a.md'])
  isAnothers = false
  await following.refresh()
  await expect.poll(() => found('papayas')).toEqual([])
})

test('a source that hangs holds up no other, and is not read twice at once', async () => {
  let readings = 0
  const hanging: DocumentSource = {
    name: 'hanging',
    async *refresh(_known, signal) {
      readings += 1
      yield { type: 'unchanged', id: 'one' }
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('stopped'))),
      )
    },
  }
  const data = { 'a.md': 'Sweet papayas.' }
  const made = refresher([hanging, configMapSource({ name: 'fruits', data: () => data })])
  void made.start()
  void made.refresh('hanging')
  await made.refresh('fruits')
  expect(await found('papayas')).toEqual(['a.md'])
  expect(readings).toBe(1)
})

test('what a ConfigMap says of a document in front matter lets filters find it', async () => {
  const data = () => ({
    'leave.md': '---\ndepartment: hr\nlevel: 3\n---\nThirty days',
    'pay.md': 'Thirty days',
  })
  await refresher([configMapSource({ name: 'texts', data })]).refresh()
  const passed = async (key: string, value: string | number) => {
    const { signal } = new AbortController()
    const query = { text: 'days', mode: 'BM25', topK: 10, signal } as const
    const passages = await index.search({ ...query, filter: { type: 'eq', key, value } })
    return passages.map(({ document }) => document).toSorted()
  }
  expect(await passed('department', 'hr')).toEqual(['leave.md'])
  expect(await passed('level', 3)).toEqual(['leave.md'])
  expect(await passed('path', 'pay.md')).toEqual(['pay.md'])
  expect(await passed('source', 'texts')).toEqual(['leave.md', 'pay.md'])
})

test('with its ConfigMap its documents are gone, but not while it cannot be read', async () => {
  let data: (() => Record<string, string> | undefined) | undefined = () => ({ a: 'Dried dates' })
  const source = configMapSource({
    name: 'texts',
    data: () => {
      if (data === undefined) throw new Error('it may not be read')
      return data()
    },
  })
  const made = refresher([source])
  await made.refresh()
  data = undefined
  await made.refresh()
  expect(await found('dates')).toEqual(['a'])
  expect(made.figures()[0]).toMatchObject({ lastProblem: 'it may not be read' })
  data = () => undefined
  await made.refresh()
  expect(await found('dates')).toEqual([])
  expect(made.figures()[0]).toMatchObject({ lastProblem: 'texts: the ConfigMap is not there' })
})
