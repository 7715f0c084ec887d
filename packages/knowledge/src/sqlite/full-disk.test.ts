import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { axis, documentOf } from '../test-support/indexed-documents.ts'
import { SqliteIndex } from './sqlite-index.ts'

let folder: string
let index: SqliteIndex
let setPages: (count: number) => void
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-knowledge-'))
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec')
  index = new SqliteIndex({ path: join(folder, 'knowledge.db'), model: 'toy', bytesMax: 1e9 })
  const database: unknown = exec.mock.contexts[0]
  exec.mockRestore()
  if (!(database instanceof DatabaseSync)) throw new Error('the index has opened no file')
  setPages = (count) => database.exec(`PRAGMA max_page_count = ${count}`)
})
afterEach(() => {
  index.close()
  rmSync(folder, { recursive: true })
})

const ofTeam = (team: string, id: string, count: number, place: number) =>
  documentOf(id, [], {
    metadata: { team },
    passages: Array.from({ length: count }, (_, at) => ({
      text: `${id} ${at} ${'x'.repeat(2000)}`,
      headings: [],
      url: null,
      vector: axis(place),
    })),
  })
const search = (place: number, team: string) =>
  index
    .search({
      mode: 'Vector',
      text: '',
      vector: axis(place),
      topK: 10,
      filter: { type: 'eq', key: 'team', value: team },
    })
    .map(({ document }) => document)

it('what a full disk kept from being stored is forgotten: its numbers find nothing of another group', () => {
  index.put(ofTeam('a', 'first', 1, 0))
  // Vectors are in memory from the first search on.
  expect(search(0, 'a')).toEqual(['first'])
  setPages(60)
  expect(() => index.put(ofTeam('a', 'large', 500, 1))).toThrow('full')
  setPages(100_000)
  expect(index.put(ofTeam('b', 'secret', 3, 1))).toBe('stored')
  expect(search(1, 'a')).toEqual(['first'])
  expect(search(1, 'b')).toEqual(['secret', 'secret', 'secret'])
})

it('where a full disk kept the first vectors from being stored, later ones are', () => {
  setPages(60)
  expect(() => index.put(ofTeam('a', 'large', 500, 1))).toThrow('full')
  expect(search(1, 'a')).toEqual([])
  setPages(100_000)
  expect(index.put(ofTeam('a', 'small', 1, 1))).toBe('stored')
  expect(search(1, 'a')).toEqual(['small'])
})
