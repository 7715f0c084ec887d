import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axis, documentOf } from '../test-support/indexed-documents.ts'
import { describeKnowledgeIndexContract } from '../test-support/knowledge-index-contract.ts'
import { openSqliteIndex } from './open-sqlite-index.ts'

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

  it('is not waited for by whoever gives up', async () => {
    const index = await openSqliteIndex({ path: newPath(), bytesMax, model: null })
    const given = AbortSignal.abort(new Error('enough'))
    await expect(index.search({ mode: 'BM25', text: 'x', topK: 1, signal: given })).rejects.toThrow(
      'enough',
    )
    await index.close()
  })
})
