import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { axis, documentOf } from '../test-support/indexed-documents.ts'
import { describeKnowledgeIndexContract } from '../test-support/knowledge-index-contract.ts'
import { openSqliteIndex } from './open-sqlite-index.ts'
import { SqliteIndex } from './sqlite-index.ts'
import { VectorSigns } from './vector-signs.ts'

let folder: string
let files = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-knowledge-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const newPath = () => join(folder, `${files++}`, 'knowledge.db')
const bytesMax = 1e9
const { signal } = new AbortController()

describeKnowledgeIndexContract({
  name: 'SQLite',
  open: (options) => openSqliteIndex({ path: newPath(), bytesMax, ...options }),
})

describe('an index in a file', () => {
  it('is there again, and has vectors of one model only', async () => {
    const path = newPath()
    const passages = [{ text: 'feline', headings: [], url: null, vector: axis(0) }]
    const first = await openSqliteIndex({ path, bytesMax, model: 'one' })
    await first.put(documentOf('cats', [], { passages }))
    const digests = await first.digests('handbook')
    await first.close()
    const query = { mode: 'Vector', text: '', vector: axis(0), topK: 1, signal } as const
    const again = await openSqliteIndex({ path, bytesMax, model: 'one' })
    expect(await again.search(query)).toMatchObject([{ document: 'cats' }])
    await again.close()
    const other = await openSqliteIndex({ path, bytesMax, model: 'two' })
    expect(await other.search(query)).toEqual([])
    expect(await other.search({ ...query, mode: 'BM25', text: 'feline' })).toHaveLength(1)
    // Of the same digest, which says what they were made with: only another one replaces them.
    expect(await other.digests('handbook')).toEqual(digests)
    await other.close()
  })

  it('that is none is refused, and one that is closed says so', async () => {
    const path = join(folder, 'a-folder')
    await expect(openSqliteIndex({ path: folder, bytesMax, model: null })).rejects.toThrow()
    const index = await openSqliteIndex({ path, bytesMax, model: null })
    await index.close()
    await expect(index.figures()).rejects.toThrow('the index is closed')
  })

  it('is searched while very many documents are removed, and is left with none of them', async () => {
    const index = await openSqliteIndex({ path: newPath(), bytesMax, model: null })
    const ids = Array.from({ length: 1000 }, (_, at) => `d${at}`)
    await Promise.all(ids.map((id) => index.put(documentOf(id, ['apples']))))
    let removed: number | undefined
    const removing = index.remove('handbook', [...ids, 'unknown']).then((count) => {
      removed = count
    })
    await index.search({ mode: 'BM25', text: 'apples', topK: 1, signal })
    expect(removed).toBe(undefined)
    await removing
    expect(removed).toBe(1000)
    expect(await index.figures()).toEqual(new Map())
    await index.close()
  })

  it('looks through its vectors once for all documents that are removed, and has room for as much again', () => {
    const text = 'x'.repeat(100)
    const index = new SqliteIndex({
      path: join(folder, 'removed.db'),
      model: 'toy',
      bytesMax: 4000,
    })
    const ids = Array.from({ length: 20 }, (_, at) => `d${at}`)
    const put = (id: string) =>
      index.put(
        documentOf(id, [], { passages: [{ text, headings: [], url: null, vector: axis(0) }] }),
      )
    const query = { mode: 'Vector', text: '', vector: axis(0), topK: 50 } as const
    for (const id of ids) put(id)
    expect(index.search(query)).toHaveLength(20)
    const removals = vi.spyOn(VectorSigns.prototype, 'remove')
    try {
      expect(index.remove('handbook', [...ids, 'd0'])).toBe(20)
      expect(removals).toHaveBeenCalledTimes(1)
    } finally {
      removals.mockRestore()
    }
    expect(index.search(query)).toEqual([])
    for (const id of ids) put(id)
    expect(index.search(query)).toHaveLength(20)
    index.close()
  })

  it('is kept up to date however many search it, and does not search for callers who have left', async () => {
    const index = await openSqliteIndex({ path: newPath(), bytesMax, model: null })
    const stop = new AbortController()
    const query = { mode: 'BM25', text: 'apples', topK: 1 } as const
    const given = Array.from({ length: 1100 }, () =>
      index.search({ ...query, signal: stop.signal }),
    )
    const outcomes = Promise.allSettled(given)
    const putting = index.put(documentOf('a', ['apples']))
    await expect(index.search({ ...query, signal })).rejects.toThrow('too much is waiting')
    stop.abort(new Error('enough'))
    const late = index.search({ ...query, signal })
    expect(await putting).toBe('stored')
    expect(await late).toMatchObject([{ document: 'a' }])
    const reasons = (await outcomes).map((one) =>
      one.status === 'rejected' ? String(one.reason) : 'found',
    )
    expect(reasons.filter((reason) => reason === 'Error: enough')).toHaveLength(1001)
    await index.close()
  })

  it('does what it was asked before it is closed', async () => {
    const index = await openSqliteIndex({ path: newPath(), bytesMax, model: null })
    const putting = index.put(documentOf('a', ['apples']))
    const searching = index.search({ mode: 'BM25', text: 'apples', topK: 1, signal })
    const closing = index.close()
    await expect(index.figures()).rejects.toThrow('the index is closed')
    expect(await putting).toBe('stored')
    expect(await searching).toHaveLength(1)
    await closing
  })

  it('is not waited for by whoever gives up', async () => {
    const index = await openSqliteIndex({ path: newPath(), bytesMax, model: null })
    const given = AbortSignal.abort(new Error('enough'))
    await expect(index.search({ mode: 'BM25', text: 'x', topK: 1, signal: given })).rejects.toThrow(
      'enough',
    )
    await index.close()
  })
})
