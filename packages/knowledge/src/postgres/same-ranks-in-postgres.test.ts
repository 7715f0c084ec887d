import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SeededRandom, systemClock } from '@fairlead/base'
import { startPostgresServer } from '@fairlead/base/testing'
import { expect, test } from 'vitest'
import { openSqliteIndex } from '../sqlite/open-sqlite-index.ts'
import { byWords, documentOf } from '../test-support/indexed-documents.ts'
import { openPostgresIndex } from './open-postgres-index.ts'

test(
  'words have the same scores in PostgreSQL as in SQLite, after changes too',
  { timeout: 60_000 },
  async () => {
    await using server = await startPostgresServer()
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-knowledge-'))
    const options = { model: null, bytesMax: 1e9 }
    const file = await openSqliteIndex({ ...options, path: join(folder, 'index.db') })
    const tables = await openPostgresIndex({
      ...options,
      url: server.url,
      name: 'a',
      clock: systemClock,
    })
    const random = new SeededRandom(3)
    // As in languages, few words are frequent and most are rare.
    const word = () => `w${Math.floor(1 / (random.next() + 0.003))}x`
    const words = (count: number) => Array.from({ length: count }, word).join(' ')
    for (let at = 0; at < 150; at++) {
      const passages = Array.from({ length: 1 + (at % 4) }, () => ({
        text: words(5 + Math.floor(random.next() * 60)),
        headings: at % 3 === 0 ? [words(2)] : [],
        url: null,
      }))
      const change = { passages, title: at % 2 === 0 ? words(2) : null, digest: `${at}` }
      const document = documentOf(`d${at % 100}`, [], change)
      await Promise.all([file.put(document), tables.put(document)])
    }
    for (const index of [file, tables]) await index.remove('handbook', ['d1', 'd2', 'd99'])
    for (let round = 0; round < 60; round++) {
      const query = { ...byWords, text: words(4), topK: 10 }
      const scores = async (index: typeof file) =>
        (await index.search(query)).map(({ score }) => score)
      const [expected, found] = [await scores(file), await scores(tables)]
      expect(found).toHaveLength(expected.length)
      found.forEach((score, place) => expect(score).toBeCloseTo(expected[place] ?? 0, 4))
    }
    await Promise.all([file.close(), tables.close()])
    rmSync(folder, { recursive: true })
  },
)
